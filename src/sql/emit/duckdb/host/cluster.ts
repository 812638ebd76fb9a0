import type { HostFunction } from './function.ts';
import { distance } from './measure.ts';
import { angle, RADIUS, type Vector, vectorOf } from './sphere.ts';
import { positionsOf, readWkb, type Shape, shapeOf } from './wkb.ts';

/** Clusters of places by density (GoogleSQL, ST_CLUSTERDBSCAN; Ester et al., DBSCAN, 1996). */
export const CLUSTERS: readonly HostFunction[] = [
  {
    // Well-known binary in hexadecimal, separated by commas; metres; how many make a cluster's core.
    // A JSON array of the cluster of each, from 0, null for noise.
    name: 'bq_dbscan',
    parameters: ['VARCHAR', 'DOUBLE', 'BIGINT'],
    result: 'VARCHAR',
    evaluate: (hexes, metres, least) =>
      JSON.stringify(clusters(String(hexes).split(','), Number(metres), Number(least))),
  },
];

function clusters(hexes: readonly string[], metres: number, least: number): (number | null)[] {
  const shapes = hexes.map((hex) => (hex === '' ? undefined : shapeOf(readWkb(bytesOf(hex)))));
  const neighbours = neighbourhood(shapes, metres);
  const found: (number | null)[] = shapes.map(() => null);
  let next = 0;
  for (const [index, shape] of shapes.entries()) {
    if (shape === undefined || found[index] !== null) continue;
    const around = neighbours(index);
    if (around.length < least) continue;
    const cluster = next++;
    found[index] = cluster;
    // Members that are cores themselves bring what is around them.
    for (const queue = [...around]; ; ) {
      const member = queue.pop();
      if (member === undefined) break;
      if (found[member] !== null) continue;
      found[member] = cluster;
      const more = neighbours(member);
      if (more.length >= least) for (const other of more) if (found[other] === null) queue.push(other);
    }
  }
  return found;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}

type Neighbours = (index: number) => readonly number[];

/** Those within so many metres of one, itself too. Points are found by a grid around the sphere, all else pair by pair. */
function neighbourhood(shapes: readonly (Shape | undefined)[], metres: number): Neighbours {
  const points = shapes.map((shape) => (shape === undefined ? undefined : pointOf(shape)));
  if (points.some((point, index) => point === undefined && hasPlace(shapes[index]))) return pairwise(shapes, metres);
  const within = metres / RADIUS;
  // A cell is as wide as the chord of that angle, so that neighbours are in cells side by side.
  const width = Math.max(2 * Math.sin(Math.min(within, Math.PI) / 2), 1e-9);
  const cells = new Map<string, number[]>();
  const cellOf = (vector: Vector): [number, number, number] => {
    const [x, y, z] = vector.map((part) => Math.floor(part / width));
    return [x ?? 0, y ?? 0, z ?? 0];
  };
  for (const [index, point] of points.entries()) {
    if (point === undefined) continue;
    const key = cellOf(point).join();
    const held = cells.get(key);
    if (held === undefined) cells.set(key, [index]);
    else held.push(index);
  }
  return (index) => {
    const point = points[index];
    if (point === undefined) return [];
    const [x, y, z] = cellOf(point);
    const found: number[] = [];
    for (let cell = 0; cell < 27; cell++) {
      const key = [x + (cell % 3) - 1, y + (Math.floor(cell / 3) % 3) - 1, z + Math.floor(cell / 9) - 1].join();
      for (const other of cells.get(key) ?? []) {
        const vector = points[other];
        if (vector !== undefined && angle(point, vector) <= within) found.push(other);
      }
    }
    return found;
  };
}

const hasPlace = (shape: Shape | undefined): boolean => shape !== undefined && positionsOf(shape).length > 0;

/** Where a shape that is one point is. */
function pointOf({ points, lines, polygons }: Shape): Vector | undefined {
  const [only] = points;
  return only !== undefined && points.length === 1 && lines.length + polygons.length === 0 ? vectorOf(only) : undefined;
}

function pairwise(shapes: readonly (Shape | undefined)[], metres: number): Neighbours {
  return (index) => {
    const shape = shapes[index];
    if (shape === undefined || !hasPlace(shape)) return [];
    return shapes.flatMap((other, at) => {
      if (other === undefined || !hasPlace(other)) return [];
      return at === index || distance(shape, other) <= metres ? [at] : [];
    });
  };
}
