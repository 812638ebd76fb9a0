import { createHash } from 'node:crypto';
import { ArcosError } from '../base/errors.ts';

/** CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), eight bytes a step. */
const TABLES = makeTables();

function makeTables(): Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    first[byte] = crc;
  }
  const tables = [first];
  for (let table = 1; table < 8; table++) {
    const before = tables[table - 1] ?? first;
    tables.push(before.map((crc) => (first[crc & 0xff] ?? 0) ^ (crc >>> 8)));
  }
  return tables;
}

/** The CRC after `bytes`, given the CRC before them (0 at the beginning). */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = ~before;
  let at = 0;
  for (const end = bytes.length - 8; at <= end; at += 8) {
    const low = crc ^ view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    crc =
      (t7[low & 0xff] as number) ^
      (t6[(low >>> 8) & 0xff] as number) ^
      (t5[(low >>> 16) & 0xff] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[high & 0xff] as number) ^
      (t2[(high >>> 8) & 0xff] as number) ^
      (t1[(high >>> 16) & 0xff] as number) ^
      (t0[high >>> 24] as number);
  }
  for (; at < bytes.length; at++) crc = (t0[(crc ^ (bytes[at] ?? 0)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

export interface Checksums {
  /** Bytes. */
  readonly size: number;
  /** Base64, as Cloud Storage gives them. */
  readonly md5: string;
  readonly crc32c: string;
}

/** Passes content on and takes its checksums. */
export class ChecksumStream {
  readonly #md5 = createHash('md5');
  #crc = 0;
  #size = 0;

  async *through(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      this.#md5.update(chunk);
      this.#crc = crc32c(chunk, this.#crc);
      this.#size += chunk.length;
      yield chunk;
    }
  }

  result(): Checksums {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#crc);
    return { size: this.#size, md5: this.#md5.digest('base64'), crc32c: bytes.toString('base64') };
  }
}

/** Throws INVALID unless the content has the checksums that were promised. */
export function checkChecksums(
  { md5, crc32c }: Checksums,
  expected: { readonly md5?: string; readonly crc32c?: string } = {},
): void {
  if (expected.md5 !== undefined && expected.md5 !== md5)
    throw new ArcosError('INVALID', `Provided MD5 hash "${expected.md5}" does not match the content's "${md5}"`);
  if (expected.crc32c !== undefined && expected.crc32c !== crc32c)
    throw new ArcosError('INVALID', `Provided CRC32C "${expected.crc32c}" does not match the content's "${crc32c}"`);
}
