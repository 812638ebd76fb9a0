import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

interface QueryFlags extends ConnectionFlags {
  readonly project: string;
  readonly format: 'table' | 'csv' | 'jsonl';
}

const PAGE = 10_000;

export function queryCommand(program: Command): void {
  const command = program
    .command('query')
    .description('Carries out a GoogleSQL statement and prints its rows.')
    .argument('<sql>', 'the statement; - reads it from standard input')
    .requiredOption('--project <name>', 'the project', process.env['ARCOS_PROJECT'])
    .addOption(new Option('--format <format>', 'of the rows').choices(['table', 'csv', 'jsonl']).default('table'));
  withConnection(command).action(async (sql: string, flags: QueryFlags) => {
    const { warehouseClient } = await import('../warehouse/client.ts');
    const client = warehouseClient(connectionOf(flags));
    const text = sql === '-' ? readFileSync(0, 'utf8') : sql;
    const { columns, rows, totalRows, jobId, affectedRows } = await client.query({
      sql: text,
      project: flags.project,
      maxRows: PAGE,
    });
    if (affectedRows !== undefined) {
      process.stdout.write(`${affectedRows} rows\n`);
      return;
    }
    const names = columns.map(({ name }) => name);
    const write = await writerOf(flags.format, names);
    write(rows, true);
    // Row by row at the far end, page by page here: as many as there are.
    for (let offset = rows.length; offset < totalRows; ) {
      const page = await client.rows(jobId, offset, PAGE);
      if (page.length === 0) break;
      write(page, false);
      offset += page.length;
    }
  });
}

type QueryRow = Readonly<Record<string, unknown>>;

async function writerOf(format: QueryFlags['format'], names: readonly string[]) {
  const { csvLine } = await import('../ingest/csv.ts');
  const { textTable } = await import('./texttable.ts');
  return (rows: readonly QueryRow[], first: boolean): void => {
    const cells = rows.map((row) => names.map((name) => shown(row[name])));
    const lines = first ? [[...names], ...cells] : cells;
    if (format === 'jsonl') process.stdout.write(rows.map((row) => `${JSON.stringify(row, numbers)}\n`).join(''));
    else if (format === 'csv') process.stdout.write(lines.map(csvLine).join(''));
    else process.stdout.write(`${textTable(lines.map((line) => line.map((cell) => cell ?? '')))}\n`);
  };
}

function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value, numbers) : String(value);
}

const numbers = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
