import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { silentLog } from '../src/base/log.ts';
import { lakeRoutes } from '../src/lake/api/routes.ts';
import { lakeClient } from '../src/lake/client.ts';
import type { ObjectStore } from '../src/lake/port.ts';
import { openTestLake } from '../src/lake/testing.ts';
import { createHttp } from '../src/server/http.ts';
import { setup } from '../test/support/postgres.ts';
import { temporaryFolder } from './folder.ts';

export const BUCKET = 'rio';
/** Transfers under way at once, on both sides. */
const AT_ONCE = 8;

/** A lake behind the real HTTP server, its client, and a folder for plain files beside it on the same disk. */
export interface LakeBeside {
  readonly client: ObjectStore;
  readonly folder: string;
  close(): Promise<void>;
}

export async function openLakeBeside(): Promise<LakeBeside> {
  await using opening = new AsyncDisposableStack();
  const folder = await temporaryFolder(opening);
  opening.defer(await setup());
  const { lake, access, close } = await openTestLake();
  opening.defer(close);
  const app = await createHttp({ access, log: silentLog, webDist: join(folder, 'no-web') });
  opening.defer(() => app.close());
  await app.register(lakeRoutes({ lake, access }));
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  const editor = await access.putPrincipal({
    kind: 'service_account',
    name: 'editor@rio',
    agency: 'rio',
    bindings: [{ role: 'editor', scope: { kind: 'agency', id: 'rio' } }],
  });
  const key = await access.issueKey(editor, { purpose: 'bench' });
  const opened = opening.move();
  return { client: lakeClient({ baseUrl, key }), folder, close: () => opened.disposeAsync() };
}

/** Does `work` for each index below `count`, some at once. */
export async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The least a program does that wants its content on disk: no index, no checksum, no sync of the folder. */
export async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
