import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { ObjectRef, ObjectStore } from '../../lake/port.ts';
import type { Database } from '../transition/propose.ts';
import { type LogQuery, matches, readLogs } from '../view/log.ts';
import type { LogView } from '../views.ts';

const PAGE = 5_000;

/**
 * Moves the log of an ended run into the lake, as lines of JSON: first the whole object, then one transaction that
 * says where it is and deletes the rows, if none came meanwhile. Returns whether it was done.
 */
export async function archiveLog(db: Database, lake: ObjectStore, run: string, ref: ObjectRef): Promise<boolean> {
  let last = 0;
  async function* lines(): AsyncGenerator<string> {
    for (;;) {
      const logs = await readLogs(db, run, { after: last, limit: PAGE });
      for (const log of logs) {
        last = log.id;
        yield `${JSON.stringify(log)}\n`;
      }
      if (logs.length < PAGE) return;
    }
  }
  await lake.write(ref, Readable.from(lines()).pipe(createGzip()), { contentType: 'application/gzip' });
  return db.transaction().execute(async (transaction) => {
    // Nothing is written down for the run meanwhile.
    const { log_object: there, ended_at: ended } = await transaction
      .selectFrom('orchestrator.run')
      .select(['log_object', 'ended_at'])
      .where('id', '=', run)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (there !== null || ended === null || (await readLogs(transaction, run, { after: last, limit: 1 })).length > 0)
      return false;
    await transaction.deleteFrom('orchestrator.log').where('run', '=', run).execute();
    await transaction.updateTable('orchestrator.run').set({ log_object: ref.name }).where('id', '=', run).execute();
    return true;
  });
}

/** As `readLogs`, of a log that is in the lake. */
export async function readArchive(
  lake: ObjectStore,
  ref: ObjectRef,
  query: LogQuery & { readonly limit: number },
): Promise<LogView[]> {
  const { content } = await lake.read(ref);
  const found: LogView[] = [];
  for await (const line of createInterface({ input: content.pipe(createGunzip()) })) {
    const log = JSON.parse(line) as LogView;
    if (matches(log, query)) found.push(log);
    if (found.length === query.limit) break;
  }
  content.destroy();
  return found;
}
