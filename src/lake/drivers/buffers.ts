import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Borrowed } from '../driver.ts';
import type { ByteRange } from '../port.ts';

/** Bytes read at a time, and that are collected for one write: fewer, larger ones carry a content faster. */
export const BLOCK = 1024 * 1024;

/** Buffers that wait to be used again, at the most. */
const MOST = 16;

export interface Buffers {
  /** So many bytes as `fill` says it has put there. */
  borrow(size: number, fill: (bytes: Buffer) => Promise<number>): Promise<Borrowed>;
}

/**
 * Memory for contents that are sent at once. A new buffer for each is memory that the kernel has to clear and the
 * garbage collector to find: a third of what a download of 1 MB costs.
 */
export function createBuffers(): Buffers {
  const free: Buffer[] = [];
  return {
    async borrow(size, fill) {
      // What is small comes from Node's own pool.
      const whole = size <= BLOCK / 16 ? Buffer.allocUnsafe(size) : (free.pop() ?? Buffer.allocUnsafeSlow(BLOCK));
      let released = false;
      const release = () => {
        if (!released && whole.length === BLOCK && free.length < MOST) free.push(whole);
        released = true;
      };
      try {
        const filled = await fill(whole.subarray(0, size));
        return { bytes: whole.subarray(0, filled), release };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** Blocks of a ring: one that is read, one that waits, one that is sent, and one to spare. */
const RING = 4;

/**
 * A range of a file in blocks whose memory goes round. Only for `pipe`: it asks for the next block when the one before
 * has been sent, and the block that is overwritten is older than that one.
 */
export function ringStream(path: string, { start, end }: Required<ByteRange>): Readable {
  const ring: Buffer[] = [];
  let file: FileHandle | undefined;
  let at = start;
  let turn = 0;
  return new Readable({
    highWaterMark: BLOCK,
    construct(done) {
      open(path).then((opened) => {
        file = opened;
        done();
      }, done);
    },
    read() {
      const size = Math.min(BLOCK, end + 1 - at);
      if (size <= 0 || file === undefined) {
        this.push(null);
        return;
      }
      const place = turn++ % RING;
      const block = ring[place] ?? Buffer.allocUnsafeSlow(BLOCK);
      ring[place] = block;
      file.read(block, 0, size, at).then(
        ({ bytesRead }) => {
          at += bytesRead;
          this.push(bytesRead === 0 ? null : block.subarray(0, bytesRead));
        },
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      Promise.resolve(file?.close()).then(
        () => done(error),
        (failed: Error) => done(error ?? failed),
      );
    },
  });
}
