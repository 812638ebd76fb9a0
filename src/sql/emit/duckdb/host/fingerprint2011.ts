const [K0, K1, K2, K3] = [0xa5b85c5e198ed849n, 0x8d58ac26afe12e47n, 0xc47b6e9e3a970ed3n, 0xc6a4a7935bd1e995n];

const u64 = (number: bigint): bigint => BigInt.asUintN(64, number);
const shiftMix = (number: bigint): bigint => number ^ (number >> 47n);
const rotated = (number: bigint, by: bigint): bigint => u64((number >> by) | (number << (64n - by)));

/** The hash that HyperLogLog++ sketches count by (Google's Fingerprint2011), unsigned. */
export function fingerprint2011(bytes: Uint8Array): bigint {
  const { length } = bytes;
  const core = length <= 32 ? murmur(bytes, K0 ^ K1 ^ K2) : length <= 64 ? middle(bytes) : long(bytes);
  const first = length >= 8 ? load(bytes, 0) : K0;
  const last = length >= 9 ? load(bytes, length - 8) : K0;
  const result = joined(u64(core + last), first);
  return result <= 1n ? u64(result - 2n) : result;
}

function load(bytes: Uint8Array, at: number, count = 8): bigint {
  let number = 0n;
  for (let index = count - 1; index >= 0; index--) number = (number << 8n) | BigInt(bytes[at + index] ?? 0);
  return number;
}

function joined(high: bigint, low: bigint): bigint {
  const a = shiftMix(u64((low ^ high) * K3));
  return u64(shiftMix(u64((high ^ a) * K3)) * K3);
}

function murmur(bytes: Uint8Array, seed: bigint): bigint {
  const whole = bytes.length & ~7;
  let hash = u64(seed ^ u64(BigInt(bytes.length) * K3));
  for (let at = 0; at < whole; at += 8) hash = u64((hash ^ u64(shiftMix(u64(load(bytes, at) * K3)) * K3)) * K3);
  if (whole < bytes.length) hash = u64((hash ^ load(bytes, whole, bytes.length - whole)) * K3);
  return shiftMix(u64(shiftMix(hash) * K3));
}

function middle(bytes: Uint8Array): bigint {
  const at = (offset: number): bigint => load(bytes, offset < 0 ? bytes.length + offset : offset);
  const half = (a: bigint, z: bigint, next: bigint, last: bigint): [bigint, bigint] => {
    const second = u64(a + next);
    const third = u64(second + last);
    const mixed = rotated(u64(a + z), 52n) + rotated(third, 31n) + rotated(a, 37n) + rotated(second, 7n);
    return [u64(third + z), u64(mixed)];
  };
  const [vf, vs] = half(u64(at(0) + (BigInt(bytes.length) + at(-16)) * K0), at(24), at(8), at(16));
  const [wf, ws] = half(u64(at(16) + at(-32)), at(-8), at(-24), at(-16));
  const r = shiftMix(u64((vf + ws) * K2 + (wf + vs) * K0));
  return u64(shiftMix(u64(r * K0 + vs)) * K2);
}

/** Texts of more than 64 bytes: the hash of their pieces. */
function long(bytes: Uint8Array): bigint {
  let hash = u64(BigInt(bytes.length) * K0);
  for (let at = 0; at < bytes.length; at += 32) hash = joined(murmur(bytes.subarray(at, at + 32), hash), hash);
  return hash;
}
