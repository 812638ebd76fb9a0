import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BenchCase } from '../case.ts';
import { BUCKET, inParallel, openLakeBeside, writeSynced } from '../lake.ts';

const OBJECTS = 1000;

export const bench: BenchCase = {
  describe: '1,000 objects of 64 KiB written over HTTP, 8 at once / files of the same content, each synced',
  rounds: 5,
  operations: OBJECTS,
  async prepare() {
    const { client, folder, close } = await openLakeBeside();
    const content = randomBytes(64 * 1024);
    let round = 0;
    return {
      ours: () => {
        round++;
        return inParallel(OBJECTS, async (index) => {
          await client.write({ bucket: BUCKET, name: `staging/${round}/${index}` }, Readable.from([content]));
        });
      },
      peer: () => inParallel(OBJECTS, (index) => writeSynced(join(folder, `staging/${round}/${index}`), content)),
      close,
    };
  },
};
