import type { HostFunction } from './function.ts';
import { cross, dot, norm, plus, positionOf, ringArea, scaled, unit, type Vector, vectorOf } from './sphere.ts';
import { type Geometry, mapLines, type Position, positionsOf, readWkb, shapeOf, writeWkb } from './wkb.ts';

/**
 * The gnomonic projection, in which geodesics are straight: a set operation on the plane is then one on the
 * sphere, for geometries within a quarter of the globe. `bq_to_plane(g, like)` projects from the middle of
 * `like`; `bq_from_plane(result, a, b)` projects back from the middle of `a`.
 */
export const PLANES: readonly HostFunction[] = [
  {
    name: 'bq_to_plane',
    parameters: ['BLOB', 'BLOB'],
    result: 'BLOB',
    evaluate: (wkb, like) => {
      const frame = frameOf(readWkb(like as Uint8Array));
      return writeWkb(mapLines(readWkb(wkb as Uint8Array), (line) => line.map((position) => project(position, frame))));
    },
  },
  {
    name: 'bq_from_plane',
    parameters: ['BLOB', 'BLOB', 'BLOB'],
    result: 'BLOB',
    evaluate: (wkb, a, b) => {
      const [first, second] = [readWkb(a as Uint8Array), readWkb(b as Uint8Array)];
      const frame = frameOf(first);
      // Vertices that were there before come back as they were, to the last digit.
      const known = new Map<string, Position>();
      for (const position of [first, second].flatMap((geometry) => positionsOf(shapeOf(geometry)))) {
        known.set(project(position, frame).join(), position);
      }
      const back = (position: Position): Position => known.get(position.join()) ?? unproject(position, frame);
      return writeWkb(mapLines(readWkb(wkb as Uint8Array), (line, ring) => arranged(line.map(back), ring)));
    },
  },
];

interface Frame {
  readonly middle: Vector;
  readonly east: Vector;
  readonly north: Vector;
}

function frameOf(geometry: Geometry): Frame {
  const sum = positionsOf(shapeOf(geometry)).map(vectorOf).reduce(plus, [0, 0, 0]);
  const middle = norm(sum) === 0 ? ([1, 0, 0] as const) : unit(sum);
  const pole: Vector = Math.abs(middle[2]) > 0.999999 ? [1, 0, 0] : [0, 0, 1];
  const east = unit(cross(pole, middle));
  return { middle, east, north: cross(middle, east) };
}

function project(position: Position, { middle, east, north }: Frame): Position {
  const vector = vectorOf(position);
  const depth = dot(vector, middle);
  return [dot(vector, east) / depth, dot(vector, north) / depth];
}

function unproject([x, y]: Position, { middle, east, north }: Frame): Position {
  return positionOf(unit(plus(middle, plus(scaled(east, x), scaled(north, y)))));
}

/** A ring counterclockwise from its westernmost vertex, the southern one of two; a line as it is. */
function arranged(line: readonly Position[], ring: boolean): readonly Position[] {
  if (!ring || line.length < 4) return line;
  const open = line.slice(0, -1);
  if (ringArea(line) < 0) open.reverse();
  let first = 0;
  for (const [index, [x, y]] of open.entries()) {
    const [west, south] = open[first] ?? [x, y];
    if (x < west || (x === west && y < south)) first = index;
  }
  const turned = [...open.slice(first), ...open.slice(0, first)];
  return [...turned, turned[0] ?? [0, 0]];
}
