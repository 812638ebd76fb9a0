import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file of one partition, whole on this machine's disk. */
export interface SpooledFile {
  /** `''` for a table without partitions. */
  readonly folder: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of the content, hexadecimal. */
  readonly sha256: string;
  content(): AsyncIterable<Uint8Array>;
}

/** Rows on their way to files, partition by partition; nothing leaves the machine before the last is checked. */
export interface Spool {
  add(folder: string, line: string): Promise<void>;
  finish(): Promise<SpooledFile[]>;
  /** Removes the files. */
  dispose(): Promise<void>;
}

interface Part {
  readonly path: string;
  readonly hash: Hash;
  pending: string[];
  rows: number;
  bytes: number;
}

/** Characters of lines kept in memory over all partitions; no file stays open, however many there are. */
const KEPT = 8 * 1024 * 1024;

/** Every file begins with `header`. */
export async function openSpool(header: string): Promise<Spool> {
  const dir = await mkdtemp(join(tmpdir(), 'arcos-stage-'));
  const parts = new Map<string, Part>();
  let kept = 0;

  const partOf = (folder: string): Part => {
    const known = parts.get(folder);
    if (known !== undefined) return known;
    const part: Part = {
      path: join(dir, `${parts.size}.csv`),
      hash: createHash('sha256'),
      pending: [header],
      rows: 0,
      bytes: 0,
    };
    parts.set(folder, part);
    return part;
  };

  const write = async () => {
    for (const part of parts.values()) {
      if (part.pending.length === 0) continue;
      const content = Buffer.from(part.pending.join(''));
      part.pending = [];
      part.hash.update(content);
      part.bytes += content.length;
      await appendFile(part.path, content);
    }
    kept = 0;
  };

  return {
    async add(folder, line) {
      const part = partOf(folder);
      part.pending.push(line);
      part.rows += 1;
      kept += line.length;
      if (kept > KEPT) await write();
    },
    async finish() {
      await write();
      return [...parts].map(([folder, { path, hash, rows, bytes }]) => ({
        folder,
        rows,
        bytes,
        sha256: hash.digest('hex'),
        content: () => createReadStream(path),
      }));
    },
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}
