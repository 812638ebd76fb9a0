import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { newId } from '../base/ids.ts';

/** Files that live as long as a statement. */
export class Scratch {
  readonly #dir: string;
  readonly #files: string[] = [];

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** A path for a new file. */
  async path(extension: string): Promise<string> {
    await mkdir(this.#dir, { recursive: true });
    const file = join(this.#dir, `${newId()}.${extension}`);
    this.#files.push(file);
    return file;
  }

  /** One line of JSON for each value. Gives the file's path. */
  async lines(values: AsyncIterable<unknown> | Iterable<unknown>): Promise<string> {
    const file = await this.path('jsonl');
    await pipeline(toLines(values), createWriteStream(file));
    return file;
  }

  async clear(): Promise<void> {
    await Promise.all(this.#files.splice(0).map((file) => rm(file, { force: true })));
  }
}

async function* toLines(values: AsyncIterable<unknown> | Iterable<unknown>) {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}
