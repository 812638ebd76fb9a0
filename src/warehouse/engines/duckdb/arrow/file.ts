import { open } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { makeData, RecordBatch, type Schema, Struct } from 'apache-arrow';
import type { ArrowAnswer, ArrowTask } from '../protocol.ts';
import { type Column, columnOf } from './column.ts';
import { messages } from './message.ts';
import { arrowSchema, arrowSql } from './type.ts';

/** A record batch is ended when it is as large: clients take messages of 4 MB unless they are told otherwise. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_ROWS = 65_536;
/** Rows taken at once while nothing is known of their size. */
const FIRST_ROWS = 16;

/** Writes a query's rows to a file as messages of Arrow's streaming format, without its schema and its end; tells where each is. */
export async function writeArrow(connection: DuckDBConnection, task: ArrowTask): Promise<ArrowAnswer> {
  const schema = arrowSchema(task);
  const head = messages(schema, []);
  const columns = task.columns.map(({ type }) => columnOf(type));
  const batches: { rows: number; offset: number; length: number }[] = [];
  const file = await open(task.file, 'w');
  let [rows, offset] = [0, 0];
  const flush = async () => {
    const batch = batchOf(schema, columns, rows);
    const message = messages(schema, [batch]).subarray(head.length);
    await file.writeFile(message);
    batches.push({ rows, offset, length: message.length });
    offset += message.length;
    rows = 0;
  };
  try {
    const result = await connection.stream(arrowSql(task));
    let perRow = BATCH_BYTES / FIRST_ROWS;
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (let from = 0; from < chunk.rowCount; ) {
        const count = Math.min(chunk.rowCount - from, Math.max(1, Math.floor(BATCH_BYTES / perRow)));
        append(columns, chunk, from, count);
        rows += count;
        from += count;
        const bytes = columns.reduce((sum, column) => sum + column.bytes, 0);
        perRow = Math.max(1, bytes / rows);
        if (bytes >= BATCH_BYTES || rows >= BATCH_ROWS) await flush();
      }
    }
    if (rows > 0) await flush();
  } finally {
    await file.close();
  }
  return { schema: head, batches };
}

function append(columns: readonly Column[], { chunk, rowCount }: DuckDBDataChunk, from: number, count: number): void {
  for (const [index, column] of columns.entries())
    column.append(duckdb.data_chunk_get_vector(chunk, index), rowCount, from, count);
}

function batchOf(schema: Schema, columns: readonly Column[], length: number): RecordBatch {
  const children = columns.map((column) => column.take());
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}
