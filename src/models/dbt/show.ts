import { ArcosError } from '../../base/errors.ts';
import { listNodes } from '../command.ts';
import { runSql } from '../rpc/sql.ts';
import { listOf, mapOf } from '../yaml.ts';
import type { ProjectCommand } from './command.ts';
import { EXIT } from './opened.ts';
import { textTable } from './texttable.ts';

/** The rows of a model, or of a query that is written on the command line. */
export async function show(command: ProjectCommand): Promise<number> {
  const { params, local } = command.asked;
  const { write } = command.options;
  const limit = Number(local['limit'] ?? 5);
  const queries: { name: string; sql: string }[] = [];
  if (local['inline'] !== undefined) queries.push({ name: 'inline', sql: String(local['inline']) });
  else {
    for (const node of listNodes(command.manifest, await command.selection(), [])) {
      if ('raw' in node && node.resourceType !== 'test') queries.push({ name: node.name, sql: node.raw });
    }
  }
  if (queries.length === 0) throw new ArcosError('NOT_FOUND', 'Nothing to show', { hint: 'Use --select or --inline.' });
  const tools = await command.tools();
  for (const { name, sql } of queries) {
    const encoded = Buffer.from(sql).toString('base64');
    const { result } = await runSql({ name, sql: encoded }, true, tools, limit < 0 ? undefined : limit);
    const table = mapOf(mapOf(listOf(result['results'])[0])['table']);
    const columns = listOf(table['column_names']).map(String);
    const rows = listOf(table['rows']).map(listOf);
    if (params['output'] === 'json') {
      const shown = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])));
      write(`${JSON.stringify({ node: name, show: shown }, undefined, 2)}\n`);
    } else {
      tools.log.info(`Previewing ${name === 'inline' ? 'inline node' : `node '${name}'`}:`);
      write(textTable(columns, rows));
    }
  }
  return EXIT.done;
}
