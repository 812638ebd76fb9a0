import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArcosError } from '../../base/errors.ts';
import { openArchive } from '../file/archive.ts';
import { type FetchOptions, fetchPatiently } from './fetch.ts';
import { fileRows } from './rows.ts';
import { type Source, type SourceRecord, sourceOf } from './source.ts';

export interface GtfsOptions extends FetchOptions {
  /** Address or path of a feed. */
  readonly from: string;
  /** `stops`, `trips` and so on, without `.txt`. */
  readonly file: string;
  /** SHA-256 of the feed that is known already: the same has no rows. */
  readonly since?: string;
}

/**
 * Rows of one file of a GTFS feed (gtfs.org, Schedule reference), which is UTF-8 with commas. The cursor is the
 * SHA-256 of the feed. Throws NOT_FOUND for a file that the feed has not.
 */
export function gtfs(options: GtfsOptions): Source {
  const { from, file, since } = options;
  return sourceOf(since, async function* (moved): AsyncGenerator<SourceRecord> {
    const folder = await mkdtemp(join(tmpdir(), 'arcos-gtfs-'));
    try {
      let path = from;
      if (/^https?:/.test(from)) {
        path = join(folder, 'feed.zip');
        const { body } = await fetchPatiently(from, options);
        if (body === null) throw new ArcosError('UNAVAILABLE', `${from} is empty`);
        await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(path));
      }
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      const found = hash.digest('hex');
      if (found === since) return;
      const archive = await openArchive(path, from);
      try {
        // Some feeds have their files in a folder.
        const name = archive.names.find((each) => each === `${file}.txt` || each.endsWith(`/${file}.txt`));
        const content = name === undefined ? undefined : await archive.read(name);
        if (content === undefined) {
          throw new ArcosError('NOT_FOUND', `The feed has no ${file}.txt`, {
            hint: `It has ${archive.names.join(', ')}.`,
          });
        }
        await pipeline(content, createWriteStream(join(folder, 'rows.txt')));
      } finally {
        archive.close();
      }
      yield* fileRows(join(folder, 'rows.txt'), { delimiter: ',', encoding: 'utf-8', header: true });
      moved(found);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
