import { circle } from './circle.ts';
import type { HostFunction } from './function.ts';
import { along, angle, arc, nearestOn, positionOf, vectorOf } from './sphere.ts';
import { type Geometry, type Position, readWkb, writeWkb } from './wkb.ts';

/** Places on lines by their share of the length (GoogleSQL, Geography functions, linear referencing). */
export const LINES: readonly HostFunction[] = [
  {
    name: 'bq_line_point',
    parameters: ['BLOB', 'DOUBLE'],
    result: 'BLOB',
    evaluate: (wkb, share) => pointAt(lineOf(wkb), Number(share)),
  },
  {
    name: 'bq_line_share',
    parameters: ['BLOB', 'BLOB'],
    result: 'DOUBLE',
    evaluate: (wkb, point) => {
      const geometry = readWkb(point as Uint8Array);
      return geometry.kind === 'Point' && geometry.position !== undefined
        ? shareOf(lineOf(wkb), geometry.position)
        : null;
    },
  },
  {
    name: 'bq_line_part',
    parameters: ['BLOB', 'DOUBLE', 'DOUBLE'],
    result: 'BLOB',
    evaluate: (wkb, from, to) => part(lineOf(wkb), Number(from), Number(to)),
  },
  {
    name: 'bq_interior_rings',
    parameters: ['BLOB'],
    result: 'BLOB',
    evaluate: (wkb) => {
      const geometry = readWkb(wkb as Uint8Array);
      const rings = geometry.kind === 'Polygon' ? geometry.rings.slice(1) : [];
      return writeWkb({
        kind: 'MultiLineString',
        parts: rings.map((positions): Geometry => ({ kind: 'LineString', positions })),
      });
    },
  },
  {
    name: 'bq_circle',
    parameters: ['BLOB', 'DOUBLE', 'BIGINT'],
    result: 'BLOB',
    evaluate: (wkb, radians, segments) => {
      const geometry = readWkb(wkb as Uint8Array);
      if (geometry.kind !== 'Point' || geometry.position === undefined) return null;
      return writeWkb({ kind: 'Polygon', rings: [circle(geometry.position, Number(radians), Number(segments))] });
    },
  },
];

function lineOf(wkb: unknown): readonly Position[] {
  const geometry = readWkb(wkb as Uint8Array);
  return geometry.kind === 'LineString' ? geometry.positions : [];
}

/** The edge that holds the point at a share of the length, and the share of the edge. */
function locate(line: readonly Position[], share: number): { index: number; rest: number } {
  const lengths = line.slice(1).map((b, index) => arc(line[index] ?? b, b));
  let left = share * lengths.reduce((total, length) => total + length, 0);
  for (const [index, length] of lengths.entries()) {
    if (left <= length || index === lengths.length - 1)
      return { index, rest: length === 0 ? 0 : Math.min(1, left / length) };
    left -= length;
  }
  return { index: 0, rest: 0 };
}

function placeOn(line: readonly Position[], share: number): Position | undefined {
  const { index, rest } = locate(line, share);
  const [a, b] = [line[index], line[index + 1]];
  if (a === undefined) return undefined;
  if (b === undefined || rest === 0) return a;
  return rest === 1 ? b : positionOf(along(vectorOf(a), vectorOf(b), rest));
}

function pointAt(line: readonly Position[], share: number): Uint8Array | null {
  const position = share >= 0 && share <= 1 ? placeOn(line, share) : undefined;
  return position === undefined ? null : writeWkb({ kind: 'Point', position });
}

function part(line: readonly Position[], from: number, to: number): Uint8Array | null {
  const [start, end] = [placeOn(line, from), placeOn(line, to)];
  if (start === undefined || end === undefined) return null;
  if (from === to) return writeWkb({ kind: 'Point', position: start });
  const [first, last] = [locate(line, from), locate(line, to)];
  const inner = line.slice(first.index + 1, last.index + 1);
  const same = (a: Position | undefined, b: Position): boolean => a !== undefined && a[0] === b[0] && a[1] === b[1];
  const positions = [start, ...inner.filter((position) => !same(position, start) && !same(position, end)), end];
  return writeWkb({ kind: 'LineString', positions });
}

/** How far along a line the place nearest to a point is. */
function shareOf(line: readonly Position[], point: Position): number | null {
  const target = vectorOf(point);
  let best = { far: Number.POSITIVE_INFINITY, at: 0 };
  let before = 0;
  for (const [index, b] of line.entries()) {
    const a = line[index - 1];
    if (a === undefined) continue;
    const [from, to] = [vectorOf(a), vectorOf(b)];
    const foot = nearestOn(target, [from, to]);
    const far = angle(foot, target);
    if (far < best.far) best = { far, at: before + angle(from, foot) };
    before += angle(from, to);
  }
  return before === 0 ? null : Math.min(1, best.at / before);
}
