import type { HostFunction } from './function.ts';

export const FINGERPRINT_FUNCTIONS: readonly HostFunction[] = [
  {
    name: 'bq_farm_fingerprint',
    parameters: ['BLOB'],
    result: 'BIGINT',
    evaluate: (bytes) => BigInt.asIntN(64, fingerprint64(bytes as Uint8Array)),
  },
];

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const MASK = 0xffffffffffffffffn;

const wrap = (value: bigint): bigint => value & MASK;
const rotate = (value: bigint, by: bigint): bigint => wrap((value >> by) | (value << (64n - by)));
const mix = (value: bigint): bigint => value ^ (value >> 47n);

/** FarmHash's Fingerprint64, which is fixed for all time, over 64-bit words in little-endian order. */
export function fingerprint64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): bigint => view.getBigUint64(at, true);
  const { length } = bytes;
  if (length <= 16) return short(bytes, view, word);
  const size = BigInt(length);
  const factor = wrap(K2 + size * 2n);
  if (length <= 64) {
    const a = wrap(word(0) * (length <= 32 ? K1 : K2));
    const b = word(8);
    const c = wrap(word(length - 8) * factor);
    const d = wrap(word(length - 16) * K2);
    const y = wrap(rotate(wrap(a + b), 43n) + rotate(c, 30n) + d);
    const z = join(y, wrap(a + rotate(wrap(b + K2), 18n) + c), factor);
    if (length <= 32) return z;
    const e = wrap(word(16) * factor);
    const f = word(24);
    const g = wrap((y + word(length - 32)) * factor);
    const h = wrap((z + word(length - 24)) * factor);
    return join(wrap(rotate(wrap(e + f), 43n) + rotate(g, 30n) + h), wrap(e + rotate(wrap(f + a), 18n) + g), factor);
  }
  return long(length, word);
}

type Word = (at: number) => bigint;

function short(bytes: Uint8Array, view: DataView, word: Word): bigint {
  const { length } = bytes;
  const size = BigInt(length);
  const factor = wrap(K2 + size * 2n);
  if (length >= 8) {
    const a = wrap(word(0) + K2);
    const b = word(length - 8);
    const c = wrap(rotate(b, 37n) * factor + a);
    const d = wrap((rotate(a, 25n) + b) * factor);
    return join(c, d, factor);
  }
  if (length >= 4) {
    const a = BigInt(view.getUint32(0, true));
    return join(wrap(size + (a << 3n)), BigInt(view.getUint32(length - 4, true)), factor);
  }
  if (length === 0) return K2;
  const y = BigInt((bytes[0] ?? 0) + ((bytes[length >> 1] ?? 0) << 8));
  const z = size + BigInt((bytes[length - 1] ?? 0) << 2);
  return wrap(mix(wrap(y * K2) ^ wrap(z * K0)) * K2);
}

function join(u: bigint, v: bigint, factor: bigint): bigint {
  const a = mix(wrap((u ^ v) * factor));
  return wrap(mix(wrap((v ^ a) * factor)) * factor);
}

type Pair = readonly [bigint, bigint];

/** Mixes four words with two seeds. */
function weak(word: Word, at: number, first: bigint, second: bigint): Pair {
  const last = word(at + 24);
  const a = wrap(first + word(at));
  const b = rotate(wrap(second + a + last), 21n);
  const c = wrap(a + word(at + 8) + word(at + 16));
  return [wrap(c + last), wrap(b + rotate(c, 44n) + a)];
}

function long(length: number, word: Word): bigint {
  const seed = 81n;
  let y = wrap(seed * K1 + 113n);
  let z = wrap(mix(wrap(y * K2 + 113n)) * K2);
  let x = wrap(seed * K2 + word(0));
  let v: Pair = [0n, 0n];
  let w: Pair = [0n, 0n];
  const round = (at: number, factor: bigint, last: boolean): void => {
    const weight = last ? 9n : 1n;
    x = wrap(rotate(wrap(x + y + v[0] + word(at + 8)), 37n) * factor);
    y = wrap(rotate(wrap(y + v[1] + word(at + 48)), 42n) * factor);
    x ^= wrap(w[1] * weight);
    y = wrap(y + v[0] * weight + word(at + 40));
    z = wrap(rotate(wrap(z + w[0]), 33n) * factor);
    v = weak(word, at, wrap(v[1] * factor), wrap(x + w[0]));
    w = weak(word, at + 32, wrap(z + w[1]), wrap(y + word(at + 16)));
    [z, x] = [x, z];
  };
  const end = Math.floor((length - 1) / 64) * 64;
  for (let at = 0; at < end; at += 64) round(at, K1, false);
  const factor = wrap(K1 + ((z & 0xffn) << 1n));
  const w0 = wrap(w[0] + BigInt((length - 1) & 63));
  v = [wrap(v[0] + w0), v[1]];
  w = [wrap(w0 + v[0]), w[1]];
  round(length - 64, factor, true);
  return join(wrap(join(v[0], w[0], factor) + mix(y) * K0 + z), wrap(join(v[1], w[1], factor) + x), factor);
}
