import { open, rename } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText } from '../../../sql/duckdb.ts';
import type { EngineAnswer, ResultTask } from './protocol.ts';

/** Rows below which a page is fetched row by row: the aggregate that makes one text of it costs a millisecond to plan. */
const FEW_ROWS = 200;

/** Runs a query: its first page as text, all rows to a file when they are more. `kept`: the connection goes on afterwards. */
export async function runResult(connection: DuckDBConnection, task: ResultTask, kept: boolean): Promise<EngineAnswer> {
  if (task.constant === true) {
    const answer = await runConstant(connection, task);
    if (answer !== undefined) return answer;
  }
  const totalRows = Number(await scalar(connection, `CREATE OR REPLACE TEMP TABLE _result AS ${task.sql}`));
  const pageRows = Math.min(totalRows, task.firstPage);
  const pages =
    pageRows <= FEW_ROWS ? await fewRows(connection, task, pageRows) : await manyRows(connection, task, pageRows);
  if (pageRows < totalRows && task.spill !== undefined) await spill(connection, task.spill);
  // Of a connection that ends with its task, the table does too.
  if (kept) await connection.run('DROP TABLE temp.main._result');
  return { totalRows, pageRows, pages };
}

/** The rows of what reads no table in one statement; undefined when they are more than a page. */
async function runConstant(connection: DuckDBConnection, { sql, forms, firstPage }: ResultTask) {
  const result = await connection.stream(`SELECT ${forms.join(', ')} FROM (${sql}) AS _result`);
  const rows: unknown[][] = [];
  for await (const chunk of result.yieldRows()) {
    rows.push(...chunk);
    if (rows.length > firstPage) return undefined;
  }
  return { totalRows: rows.length, pageRows: rows.length, pages: joined(rows, forms.length) };
}

/** Rows that an open transaction has written are not counted from 0. */
function isFirst(rows: number): string {
  return `rowid < ${rows} + (SELECT min(rowid) FROM _result)`;
}

async function fewRows(connection: DuckDBConnection, { forms }: ResultTask, rows: number): Promise<string[]> {
  if (rows === 0) return forms.map(() => '');
  const reader = await connection.runAndReadAll(
    `SELECT ${forms.join(', ')} FROM _result WHERE ${isFirst(rows)} ORDER BY rowid`,
  );
  return joined(reader.getRows(), forms.length);
}

async function manyRows(connection: DuckDBConnection, { forms }: ResultTask, rows: number): Promise<string[]> {
  const pages: string[] = [];
  for (const form of forms) {
    const page = `SELECT string_agg(${form}, ',' ORDER BY rowid) FROM _result WHERE ${isFirst(rows)}`;
    pages.push(String((await scalar(connection, page)) ?? ''));
  }
  return pages;
}

/** Each column's texts with commas between. */
function joined(rows: readonly (readonly unknown[])[], columns: number): string[] {
  return Array.from({ length: columns }, (_, column) => rows.map((row) => String(row[column])).join(','));
}

/** All rows into a file that appears whole. */
async function spill(connection: DuckDBConnection, path: string): Promise<void> {
  const aside = `${path}.new`;
  await connection.run(`COPY _result TO ${quoteText(aside)} (FORMAT parquet, COMPRESSION zstd)`);
  const file = await open(aside, 'r');
  await file.sync();
  await file.close();
  await rename(aside, path);
}

async function scalar(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows()[0]?.[0];
}
