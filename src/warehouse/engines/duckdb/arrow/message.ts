import { type RecordBatch, RecordBatchStreamWriter, type Schema, tableFromIPC } from 'apache-arrow';

/** Behind the last message of a stream is its end: a continuation and a zero. */
const END = 8;

/** The schema's message and those of the batches. */
export function messages(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  const bytes = writer.toUint8Array(true);
  return bytes.subarray(0, bytes.length - END);
}

/** A batch's message without its first rows. */
export function sliceMessage(schemaMessage: Uint8Array, message: Uint8Array, rows: number): Uint8Array {
  const { schema, batches } = tableFromIPC([schemaMessage, message]);
  return messages(
    schema,
    batches.map((batch) => batch.slice(rows)),
  ).subarray(messages(schema, []).length);
}
