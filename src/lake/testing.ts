import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, createAccess } from '../access/access.ts';
import { silentLog } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import { openTestStore } from '../store/testing.ts';
import { createLake, type Lake, type LakeOptions } from './lake.ts';

export interface TestLake {
  readonly store: Store;
  readonly access: Access;
  readonly lake: Lake;
  readonly root: string;
  close(): Promise<void>;
}

/** Where contents are, and what for. */
export type LakePlace = Pick<LakeOptions, 'url' | 'environment' | 'clock' | 'graceMs'>;

/** A lake in a folder of its own, or elsewhere, with the buckets `rio` (data) and `code`, of agency and project `rio`. */
export async function openTestLake(place: LakePlace = {}): Promise<TestLake> {
  const store = await openTestStore();
  const access = createAccess(store);
  await access.putAgency({ id: 'rio', name: 'Rio' });
  await access.putProject({ id: 'rio', agency: 'rio' });
  const root = mkdtempSync(join(tmpdir(), 'arcos-lake-'));
  const lake = await createLake({ store, root, log: silentLog, ...place });
  await lake.putBucket({ name: 'rio', project: 'rio', purpose: 'data' });
  await lake.putBucket({ name: 'code', project: 'rio', purpose: 'code' });
  return {
    store,
    access,
    lake,
    root,
    async close() {
      await lake.stop();
      await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
