import type { HostFunction } from './function.ts';

export const DIGESTS: readonly HostFunction[] = [
  { name: 'bq_sha512', parameters: ['BLOB'], result: 'BLOB', evaluate: (bytes) => sha512(bytes as Uint8Array) },
];

const MASK = 0xffffffffffffffffn;

/** The first 64 bits of the fractional parts of the roots of the first primes (FIPS 180-4, section 4.2.3). */
const primes = (count: number): bigint[] => {
  const found: bigint[] = [];
  for (let candidate = 2n; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0n)) found.push(candidate);
  }
  return found;
};

/** The fraction of the k-th root of n, in 64 bits: the integer root of n scaled up. */
function rootFraction(n: bigint, k: bigint): bigint {
  const target = n << (64n * k);
  let low = 0n;
  let high = 1n << 72n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** k <= target) low = middle;
    else high = middle;
  }
  return low & MASK;
}

const ROUNDS = primes(80).map((prime) => rootFraction(prime, 3n));
const START = primes(8).map((prime) => rootFraction(prime, 2n));

const rotate = (value: bigint, by: bigint): bigint => ((value >> by) | (value << (64n - by))) & MASK;

/** SHA-512 (FIPS 180-4, section 6.4). */
export function sha512(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  let state = START;
  for (let block = 0; block < padded.length; block += 128) state = compress(state, view, block);
  const digest = new Uint8Array(64);
  const out = new DataView(digest.buffer);
  for (const [index, word] of state.entries()) out.setBigUint64(index * 8, word);
  return digest;
}

function compress(state: readonly bigint[], view: DataView, block: number): bigint[] {
  const words: bigint[] = [];
  for (let t = 0; t < 80; t++) {
    if (t < 16) {
      words.push(view.getBigUint64(block + t * 8));
      continue;
    }
    const [early = 0n, late = 0n] = [words[t - 15], words[t - 2]];
    const s0 = rotate(early, 1n) ^ rotate(early, 8n) ^ (early >> 7n);
    const s1 = rotate(late, 19n) ^ rotate(late, 61n) ^ (late >> 6n);
    words.push(((words[t - 16] ?? 0n) + s0 + (words[t - 7] ?? 0n) + s1) & MASK);
  }
  let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
  for (const [t, word] of words.entries()) {
    const t1 =
      h + (rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n)) + ((e & f) ^ (~e & MASK & g)) + (ROUNDS[t] ?? 0n) + word;
    const t2 = (rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & MASK, c, b, a, (t1 + t2) & MASK];
  }
  return [a, b, c, d, e, f, g, h].map((word, index) => (word + (state[index] ?? 0n)) & MASK);
}
