import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LakePlace, openTestLake } from '../../src/lake/testing.ts';
import { serve } from '../clients/server.ts';
import { startS3 } from './versitygw.ts';

export interface Place {
  /** With the reason, when it cannot be had here. */
  readonly title: string;
  readonly missing: boolean;
  make(): Promise<{ readonly place: LakePlace; close(): Promise<unknown> }>;
}

/** Everywhere that contents of a lake may be, each in a real server where it is one. */
export async function lakePlaces(): Promise<Place[]> {
  const s3 = await startS3();
  return [
    { title: 'a folder', missing: false, make: async () => ({ place: {}, close: async () => undefined }) },
    'missing' in s3
      ? { title: `S3 (skipped: ${s3.missing})`, missing: true, make: async () => Promise.reject(s3) }
      : { title: 'S3', missing: false, make: async () => s3 },
    { title: 'Cloud Storage', missing: false, make: cloudStorage },
  ];
}

/** Cloud Storage as we serve it ourselves, for Google's own client. */
async function cloudStorage() {
  const outer = await openTestLake();
  const served = await serve(outer);
  const folder = mkdtempSync(join(tmpdir(), 'arcos-gcs-'));
  const file = join(folder, 'key.json');
  writeFileSync(file, JSON.stringify(await served.keyFile('editor')));
  return {
    place: { url: `gs://rio/lago?endpoint=${served.origin}`, environment: { GOOGLE_APPLICATION_CREDENTIALS: file } },
    async close() {
      await served.close();
      await outer.close();
      rmSync(folder, { recursive: true });
    },
  };
}
