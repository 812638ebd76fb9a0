import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { BenchCase } from '../case.ts';
import { BUCKET, inParallel, openLakeBeside, writeSynced } from '../lake.ts';

const OBJECTS = 1000;

export const bench: BenchCase = {
  describe: '1,000 objects of 64 KiB read over HTTP, 8 at once / files of the same content',
  rounds: 5,
  operations: OBJECTS,
  async prepare() {
    const { client, folder, close } = await openLakeBeside();
    const content = randomBytes(64 * 1024);
    await inParallel(OBJECTS, async (index) => {
      await client.write({ bucket: BUCKET, name: `staging/${index}` }, Readable.from([content]));
      await writeSynced(join(folder, String(index)), content);
    });
    return {
      ours: () =>
        inParallel(OBJECTS, async (index) => {
          await buffer((await client.read({ bucket: BUCKET, name: `staging/${index}` })).content);
        }),
      peer: () =>
        inParallel(OBJECTS, async (index) => {
          await readFile(join(folder, String(index)));
        }),
      close,
    };
  },
};
