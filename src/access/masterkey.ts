import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { KEY_BYTES, seal, unseal } from './sealing.ts';

/** A data key that a master key has encrypted. */
export interface Wrapped {
  /** Which master key it was; says nothing about it. */
  readonly master: string;
  readonly bytes: Buffer;
}

/** The key that encrypts the keys of secrets: kept by the operator, or in a system for keys that never gives it out. */
export interface MasterKey {
  wrap(dataKey: Buffer): Promise<Wrapped>;
  /** Throws CONFIG when its master key is not to be had, or does not open it. */
  unwrap(wrapped: Wrapped): Promise<Buffer>;
  /** Whether a data key need not be wrapped again. */
  isCurrent(wrapped: Wrapped): boolean;
}

const CONTEXT = 'arcos data key';

/**
 * Master keys from a text, which is read anew each time, so that a new key needs no new start: 32 bytes each in
 * base64, with blanks, line ends or commas between; `#` begins a comment. The first encrypts; the others are earlier
 * ones, which still decrypt. Throws CONFIG for a text that has none, or something else.
 */
export function keyRing(read: () => string): MasterKey {
  const ring = (): ReadonlyMap<string, Buffer> => {
    const words = read()
      .replace(/#.*$/gm, '')
      .split(/[\s,]+/)
      .filter((word) => word !== '');
    const keys = words.map((word) => Buffer.from(word, 'base64'));
    if (keys.length === 0 || keys.some((key) => key.length !== KEY_BYTES)) {
      throw new ArcosError('CONFIG', `The encryption key is not ${KEY_BYTES} bytes in base64`, {
        hint: 'Make one with "openssl rand -base64 32".',
      });
    }
    return new Map(keys.map((key) => [sha256(Buffer.concat([Buffer.from(CONTEXT), key])).slice(0, 16), key]));
  };
  const current = (): [string, Buffer] => {
    const [first] = ring();
    if (first === undefined) throw new ArcosError('CONFIG', 'There is no encryption key');
    return first;
  };
  return {
    async wrap(dataKey) {
      const [master, key] = current();
      return { master, bytes: seal(key, dataKey, CONTEXT) };
    },
    async unwrap({ master, bytes }) {
      const key = ring().get(master);
      const dataKey = key === undefined ? undefined : unseal(key, bytes, CONTEXT);
      if (dataKey !== undefined) return dataKey;
      throw new ArcosError('CONFIG', `A secret is encrypted with the key ${master}, which this server does not have`, {
        hint: 'Put the earlier key behind the first one until "arcos secret rotate" has been called.',
      });
    },
    isCurrent: ({ master }) => master === current()[0],
  };
}

const KMS = 'kms';
const PATIENCE_MS = 30_000;

/**
 * A master key that a program keeps, so that any system for keys that has a command will do. Called with `wrap` it
 * reads a data key as base64 from its standard input and writes a text of its own; with `unwrap` it reads that text
 * and writes the base64.
 */
export function kmsProgram(program: string): MasterKey {
  const call = async (verb: 'wrap' | 'unwrap', input: string): Promise<string> => {
    const child = spawn(program, [verb], { stdio: ['pipe', 'pipe', 'pipe'], timeout: PATIENCE_MS });
    const ended = new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
    // A program that does not read is judged by how it ends.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    try {
      const [code, out, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
      if (code === 0 && out.trim() !== '') return out.trim();
      throw new ArcosError('CONFIG', `The program for keys failed to ${verb}: ${complaint.trim().slice(0, 500)}`);
    } catch (cause) {
      if (cause instanceof ArcosError) throw cause;
      throw new ArcosError('CONFIG', `The program for keys cannot be run: ${(cause as Error).message}`, { cause });
    }
  };
  return {
    wrap: async (dataKey) => ({
      master: KMS,
      bytes: Buffer.from(await call('wrap', dataKey.toString('base64'))),
    }),
    async unwrap({ master, bytes }) {
      const dataKey = master === KMS ? Buffer.from(await call('unwrap', bytes.toString()), 'base64') : undefined;
      if (dataKey?.length === KEY_BYTES) return dataKey;
      const why = dataKey === undefined ? `A secret is encrypted with the key ${master}` : 'What it gave is no key';
      throw new ArcosError('CONFIG', `The program for keys cannot decrypt this: ${why}`);
    },
    // Which of its keys it used only the system itself knows.
    isCurrent: () => false,
  };
}
