import { fingerprint2011 } from './fingerprint2011.ts';
import type { HostFunction } from './function.ts';

/**
 * HyperLogLog++ sketches in the format of BigQuery's HLL_COUNT functions (AggregatorStateProto of the open source
 * ZetaSketch library): sparse, of buckets at a finer precision, as long as that is smaller, else one byte a bucket.
 */
interface Sketch {
  /** Number of values that went in. */
  readonly count: number;
  readonly valueType: number;
  /** 2 to this power is the number of buckets. */
  readonly precision: number;
  readonly sparse?: ReadonlySet<number>;
  readonly buckets?: Uint8Array;
}

/** Bits that the sparse form is finer by, and bits of a rank written behind a bucket. */
const FINER = 5;
const RANK_BITS = 6;

export const SKETCHES: readonly HostFunction[] = [
  {
    name: 'bq_fingerprint2011',
    parameters: ['BLOB'],
    result: 'BIGINT',
    evaluate: (bytes) => BigInt.asIntN(64, fingerprint2011(bytes as Uint8Array)),
  },
  {
    name: 'bq_fingerprint2011_int64',
    parameters: ['BIGINT'],
    result: 'BIGINT',
    evaluate(number) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigInt64(0, BigInt(number as bigint), true);
      return BigInt.asIntN(64, fingerprint2011(bytes));
    },
  },
  {
    name: 'bq_hll_init',
    parameters: ['VARCHAR', 'BIGINT', 'BIGINT', 'BIGINT'],
    result: 'BLOB',
    evaluate(hashes, count, precision, valueType) {
      const all = String(hashes).split(',').map(BigInt);
      const empty = { count: Number(count), valueType: Number(valueType), precision: Number(precision) };
      return encode(
        fitted({
          ...empty,
          sparse: withoutLesser(
            all.map((hash) => sparseOf(hash, empty.precision)),
            empty.precision,
          ),
        }),
      );
    },
  },
  {
    name: 'bq_hll_merge',
    parameters: ['VARCHAR'],
    result: 'BLOB',
    evaluate(sketches) {
      const all = String(sketches)
        .split(',')
        .map((hex) => decode(bytesOf(hex)));
      const valid = all.filter((sketch) => sketch !== undefined);
      const [first, ...others] = valid;
      if (first === undefined || valid.length < all.length) return null;
      return encode(others.reduce(merged, first));
    },
  },
  {
    name: 'bq_hll_extract',
    parameters: ['BLOB'],
    result: 'BIGINT',
    evaluate(bytes) {
      const sketch = decode(bytes as Uint8Array);
      return sketch === undefined ? null : BigInt(Math.round(estimate(sketch)));
    },
  },
];

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Zeros before the first one of the lowest `bits` bits, plus 1. */
function rank(value: bigint, bits: number): number {
  for (let zeros = 0; zeros < bits; zeros++) if ((value >> BigInt(bits - 1 - zeros)) & 1n) return zeros + 1;
  return bits + 1;
}

const flag = (precision: number): number => 2 ** (precision + RANK_BITS);

/** A hash in the sparse form: its fine bucket, or, where that tells no rank, the bucket with a rank behind it. */
function sparseOf(hash: bigint, precision: number): number {
  const unsigned = BigInt.asUintN(64, hash);
  const fine = precision + FINER;
  const bucket = Number(unsigned >> BigInt(64 - fine));
  if (bucket % 2 ** FINER !== 0) return bucket;
  return flag(precision) + Math.floor(bucket / 2 ** FINER) * 2 ** RANK_BITS + rank(unsigned, 64 - fine);
}

/** Entries with the highest rank of each bucket only. */
function withoutLesser(entries: Iterable<number>, precision: number): Set<number> {
  const ranks = new Map<number, number>();
  const kept = new Set<number>();
  for (const entry of entries) {
    if (entry < flag(precision)) kept.add(entry);
    else {
      const bucket = Math.floor(entry / 2 ** RANK_BITS);
      ranks.set(bucket, Math.max(ranks.get(bucket) ?? 0, entry % 2 ** RANK_BITS));
    }
  }
  for (const [bucket, of] of ranks) kept.add(bucket * 2 ** RANK_BITS + of);
  return kept;
}

/** The sketch with a byte a bucket, at a precision not above its own. */
function dense(sketch: Sketch, precision: number): Uint8Array {
  const buckets = new Uint8Array(2 ** precision);
  const put = (bucket: number, of: number, bits: number): void => {
    // Bits of the bucket beyond the precision belong to the rank.
    const rest = bits - precision;
    const low = BigInt(bucket) & ((1n << BigInt(rest)) - 1n);
    const index = Number(BigInt(bucket) >> BigInt(rest));
    const whole = low === 0n ? of + rest : rank(low, rest);
    buckets[index] = Math.max(buckets[index] ?? 0, whole);
  };
  for (const [index, of] of (sketch.buckets ?? []).entries()) if (of > 0) put(index, of, sketch.precision);
  for (const entry of sketch.sparse ?? []) {
    const plain = entry < flag(sketch.precision);
    const bucket = plain ? entry : (Math.floor(entry / 2 ** RANK_BITS) % 2 ** sketch.precision) * 2 ** FINER;
    put(bucket, plain ? 0 : entry % 2 ** RANK_BITS, sketch.precision + FINER);
  }
  return buckets;
}

function merged(a: Sketch, b: Sketch): Sketch {
  const base = { count: a.count + b.count, valueType: a.valueType, precision: Math.min(a.precision, b.precision) };
  if (a.sparse !== undefined && b.sparse !== undefined && a.precision === b.precision) {
    return fitted({ ...base, sparse: withoutLesser([...a.sparse, ...b.sparse], a.precision) });
  }
  const [x, y] = [dense(a, base.precision), dense(b, base.precision)];
  return { ...base, buckets: x.map((of, index) => Math.max(of, y[index] ?? 0)) };
}

/** A sparse sketch that has grown beyond three quarters of the dense one becomes dense. */
function fitted(sketch: Sketch): Sketch {
  const { sparse, ...rest } = sketch;
  if (sparse === undefined || differences(sparse).length <= 0.75 * 2 ** sketch.precision) return sketch;
  return { ...rest, buckets: dense(sketch, sketch.precision) };
}

/** About how many different values: by empty buckets while sparse, else by Ertl's estimator ("New cardinality estimation algorithms for HyperLogLog sketches", 2017). */
function estimate({ sparse, buckets = new Uint8Array(), precision }: Sketch): number {
  if (sparse !== undefined) {
    const all = 2 ** (precision + FINER);
    return all * Math.log(all / (all - sparse.size));
  }
  const m = buckets.length;
  const bits = 64 - precision;
  const counts = new Array<number>(bits + 2).fill(0);
  for (const of of buckets) counts[of] = (counts[of] ?? 0) + 1;
  let z = m * tau(1 - (counts[bits + 1] ?? 0) / m);
  for (let of = bits; of >= 1; of--) z = 0.5 * (z + (counts[of] ?? 0));
  z += m * sigma((counts[0] ?? 0) / m);
  return (m * m) / (2 * Math.LN2 * z);
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, y, z, last] = [share, 1, share, -1];
  while (z !== last) {
    x *= x;
    last = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z, last] = [share, 1, 1 - share, -1];
  while (z !== last) {
    x = Math.sqrt(x);
    last = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

/** The aggregate's number in its format, and the version of that. */
const [KIND, VERSION, STATE] = [112, 2, 112];

function encode({ count, valueType, precision, sparse, buckets }: Sketch): Uint8Array {
  const state = [
    ...(sparse === undefined ? [] : field(2, sparse.size)),
    ...field(3, precision),
    ...field(4, precision + FINER),
    ...(buckets === undefined ? [] : bytes(5, buckets)),
    ...(sparse === undefined ? [] : bytes(6, differences(sparse))),
  ];
  return Uint8Array.from([
    ...field(1, KIND),
    ...field(2, count),
    ...field(3, VERSION),
    ...field(4, valueType),
    ...bytes(STATE, state),
  ]);
}

function differences(sparse: ReadonlySet<number>): number[] {
  let last = 0;
  return [...sparse]
    .sort((a, b) => a - b)
    .flatMap((entry) => {
      const written = varint(entry - last);
      last = entry;
      return written;
    });
}

function varint(value: number): number[] {
  const written: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) written.push((rest % 128) | 128);
  return [...written, rest];
}

const field = (number: number, value: number): number[] => [...varint(number * 8), ...varint(value)];
const bytes = (number: number, value: ArrayLike<number>): number[] => [
  ...varint(number * 8 + 2),
  ...varint(value.length),
  ...Array.from(value),
];

/** The varints of a message and its byte fields by number; undefined for what is no message. */
function message(data: Uint8Array): Map<number, number | Uint8Array> | undefined {
  const fields = new Map<number, number | Uint8Array>();
  for (let at = 0; at < data.length; ) {
    const tag = readVarint(data, at);
    const value = readVarint(data, tag.next);
    if ((tag.value & 7) === 0) {
      fields.set(tag.value >> 3, value.value);
      at = value.next;
    } else if ((tag.value & 7) === 2 && value.next + value.value <= data.length) {
      at = value.next + value.value;
      fields.set(tag.value >> 3, data.subarray(value.next, at));
    } else return undefined;
  }
  return fields;
}

function readVarint(data: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  let at = start;
  for (let scale = 1; at < data.length; scale *= 128) {
    const byte = data[at++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) break;
  }
  return { value, next: at };
}

function decode(data: Uint8Array): Sketch | undefined {
  const outer = message(data);
  const inner = outer?.get(STATE);
  const state = inner instanceof Uint8Array ? message(inner) : undefined;
  const [count, valueType, precision] = [outer?.get(2), outer?.get(4), state?.get(3)];
  if (outer?.get(1) !== KIND || typeof precision !== 'number' || precision < 10 || precision > 24) return undefined;
  const base = { count: Number(count ?? 0), valueType: Number(valueType ?? 0), precision };
  const [buckets, sparse] = [state?.get(5), state?.get(6)];
  if (buckets instanceof Uint8Array) return buckets.length === 2 ** precision ? { ...base, buckets } : undefined;
  const entries = new Set<number>();
  let last = 0;
  const written = sparse instanceof Uint8Array ? sparse : new Uint8Array();
  for (let at = 0; at < written.length; ) {
    const { value, next } = readVarint(written, at);
    last += value;
    at = next;
    entries.add(last);
  }
  return { ...base, sparse: entries };
}
