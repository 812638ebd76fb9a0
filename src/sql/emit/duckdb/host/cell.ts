import type { HostFunction } from './function.ts';
import { type Vector, vectorOf } from './sphere.ts';
import { type Geometry, readWkb, writeWkb } from './wkb.ts';

export const CELLS: readonly HostFunction[] = [
  {
    name: 'bq_s2_cell',
    parameters: ['BLOB', 'BIGINT'],
    result: 'BIGINT',
    evaluate: (wkb, level) => {
      const position = pointOf(wkb);
      return position === undefined ? null : cellId(vectorOf(position), Number(level));
    },
  },
  {
    name: 'bq_geohash',
    parameters: ['BLOB', 'BIGINT'],
    result: 'VARCHAR',
    evaluate: (wkb, length) => {
      const position = pointOf(wkb);
      return position === undefined ? null : geohash(position, Number(length));
    },
  },
  {
    name: 'bq_geohash_point',
    parameters: ['VARCHAR'],
    result: 'BLOB',
    evaluate: (hash) => {
      const position = fromGeohash(String(hash));
      return position === undefined ? null : writeWkb({ kind: 'Point', position });
    },
  },
];

function pointOf(wkb: unknown) {
  const geometry: Geometry = readWkb(wkb as Uint8Array);
  return geometry.kind === 'Point' ? geometry.position : undefined;
}

/** Axes of the six faces of the S2 cube: which component is left out, and how the others give u and v. */
const FACES: readonly ((vector: Vector) => readonly [u: number, v: number])[] = [
  ([x, y, z]) => [y / x, z / x],
  ([x, y, z]) => [-x / y, z / y],
  ([x, y, z]) => [-x / z, -y / z],
  ([x, y, z]) => [z / x, y / x],
  ([x, y, z]) => [z / y, -x / y],
  ([x, y, z]) => [-y / z, -x / z],
];

/** Position along the Hilbert curve of a quadrant, by the curve's orientation. */
const QUADRANTS: readonly (readonly number[])[] = [
  [0, 1, 3, 2],
  [0, 3, 1, 2],
  [2, 3, 1, 0],
  [2, 1, 3, 0],
];
/** What a step into a quadrant does to the orientation. */
const TURNS: readonly number[] = [1, 0, 0, 3];
const DEEPEST = 30;

/** The id of the S2 cell of a level that holds a point (S2 geometry, S2CellId), as a signed number. */
function cellId(vector: Vector, level: number): bigint {
  const sizes = vector.map(Math.abs);
  const axis = sizes.indexOf(Math.max(...sizes));
  const face = (vector[axis] ?? 0) < 0 ? axis + 3 : axis;
  const [u, v] = FACES[face]?.(vector) ?? [0, 0];
  const [i, j] = [gridOf(u), gridOf(v)];
  let orientation = face & 1;
  let position = BigInt(face);
  for (let bit = DEEPEST - 1; bit >= 0; bit--) {
    const quadrant = (((i >> bit) & 1) << 1) | ((j >> bit) & 1);
    const step = QUADRANTS[orientation]?.[quadrant] ?? 0;
    position = (position << 2n) | BigInt(step);
    orientation ^= TURNS[step] ?? 0;
  }
  const leaf = (position << 1n) | 1n;
  const lowest = 1n << BigInt(2 * (DEEPEST - level));
  return BigInt.asIntN(64, (leaf & -lowest) | lowest);
}

/** The quadratic projection that makes cells of about one size, on a grid of 2^30. */
function gridOf(u: number): number {
  const share = u >= 0 ? 0.5 * Math.sqrt(1 + 3 * u) : 1 - 0.5 * Math.sqrt(1 - 3 * u);
  return Math.max(0, Math.min(2 ** DEEPEST - 1, Math.floor(share * 2 ** DEEPEST)));
}

const BASE32 = '0123456789bcdefghjkmnpqrstuvwxyz';

/** Five bits a character, longitude and latitude in turn. */
function geohash([longitude, latitude]: readonly [number, number], length: number): string {
  const ranges: [number, number][] = [
    [-180, 180],
    [-90, 90],
  ];
  const values = [longitude, latitude];
  let hash = '';
  for (let character = 0, bit = 0; character < length; character++) {
    let code = 0;
    for (let left = 5; left > 0; left--, bit++) {
      const range = ranges[bit % 2] ?? [0, 0];
      const middle = (range[0] + range[1]) / 2;
      const upper = (values[bit % 2] ?? 0) >= middle;
      range[upper ? 0 : 1] = middle;
      code = code * 2 + (upper ? 1 : 0);
    }
    hash += BASE32.charAt(code);
  }
  return hash;
}

/** The middle of a geohash's box; undefined for what is none. */
function fromGeohash(hash: string): readonly [number, number] | undefined {
  const ranges: [number, number][] = [
    [-180, 180],
    [-90, 90],
  ];
  let bit = 0;
  for (const character of hash.toLowerCase()) {
    const code = BASE32.indexOf(character);
    if (code < 0) return undefined;
    for (let mask = 16; mask > 0; mask >>= 1, bit++) {
      const range = ranges[bit % 2] ?? [0, 0];
      range[(code & mask) > 0 ? 0 : 1] = (range[0] + range[1]) / 2;
    }
  }
  const [longitude = [0, 0], latitude = [0, 0]] = ranges;
  return [(longitude[0] + longitude[1]) / 2, (latitude[0] + latitude[1]) / 2];
}
