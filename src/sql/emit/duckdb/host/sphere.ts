import type { Position } from './wkb.ts';

/** BigQuery's sphere, in metres. */
export const RADIUS = 6_371_010;
export const RADIANS = Math.PI / 180;

/** A unit vector, or one that stands for a weighted sum of them. */
export type Vector = readonly [number, number, number];

export function vectorOf([longitude, latitude]: Position): Vector {
  const flat = Math.cos(latitude * RADIANS);
  return [flat * Math.cos(longitude * RADIANS), flat * Math.sin(longitude * RADIANS), Math.sin(latitude * RADIANS)];
}

export function positionOf([x, y, z]: Vector): Position {
  return [Math.atan2(y, x) / RADIANS, Math.atan2(z, Math.hypot(x, y)) / RADIANS];
}

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const plus = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scaled = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by];
export const norm = (a: Vector): number => Math.sqrt(dot(a, a));
export const unit = (a: Vector): Vector => scaled(a, 1 / norm(a));

/** The angle between two vectors, in radians: exact for small ones too. */
export const angle = (a: Vector, b: Vector): number => Math.atan2(norm(cross(a, b)), dot(a, b));

/** Length of the great circle's arc, in radians (haversine formula). */
export function arc(a: Position, b: Position): number {
  const north = Math.sin(((b[1] - a[1]) * RADIANS) / 2);
  const east = Math.sin(((b[0] - a[0]) * RADIANS) / 2);
  const chord = north * north + Math.cos(a[1] * RADIANS) * Math.cos(b[1] * RADIANS) * east * east;
  return 2 * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** Length of a line, in metres. */
export function lineLength(line: readonly Position[]): number {
  let length = 0;
  for (const [index, position] of line.entries()) {
    const before = line[index - 1];
    if (before !== undefined) length += arc(before, position);
  }
  return length * RADIUS;
}

/** Signed area in square metres, positive counterclockwise: the spherical excess between each edge and the equator. */
export function ringArea(ring: readonly Position[]): number {
  let excess = 0;
  for (const [index, b] of ring.entries()) {
    const a = ring[index - 1];
    if (a === undefined) continue;
    const south = Math.tan((a[1] * RADIANS) / 2);
    const north = Math.tan((b[1] * RADIANS) / 2);
    const turn = Math.tan((shortWay(b[0] - a[0]) * RADIANS) / 2);
    excess -= 2 * Math.atan2(turn * (south + north), 1 + south * north);
  }
  return excess * RADIUS * RADIUS;
}

/** A difference of longitudes the short way round. */
function shortWay(degrees: number): number {
  return degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
}

export function polygonArea([shell = [], ...holes]: readonly (readonly Position[])[]): number {
  return holes.reduce((area, hole) => area - Math.abs(ringArea(hole)), Math.abs(ringArea(shell)));
}

/** Whether a position lies in a ring; edges are straight in longitude and latitude, as DuckDB has them. */
export function inRing([x, y]: Position, ring: readonly Position[]): boolean {
  let odd = false;
  for (const [index, b] of ring.entries()) {
    const a = ring[index - 1];
    if (a === undefined || a[1] > y === b[1] > y) continue;
    if (x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) odd = !odd;
  }
  return odd;
}

/** The point of the great circle's arc from `a` to `b` that is `share` of the way along. */
export function along(a: Vector, b: Vector, share: number): Vector {
  const whole = angle(a, b);
  if (whole < 1e-15) return a;
  return unit(plus(scaled(a, Math.sin((1 - share) * whole)), scaled(b, Math.sin(share * whole))));
}

export type Edge = readonly [Vector, Vector];

/** The point of an edge that is nearest to another point. */
export function nearestOn(point: Vector, [from, to]: Edge): Vector {
  const normal = cross(from, to);
  const length = norm(normal);
  if (length > 1e-15 && dot(cross(normal, from), point) > 0 && dot(cross(to, normal), point) > 0) {
    const foot = scaled(normal, dot(point, normal) / (length * length));
    return unit([point[0] - foot[0], point[1] - foot[1], point[2] - foot[2]]);
  }
  return angle(point, from) <= angle(point, to) ? from : to;
}
