import type { HostFunction } from './function.ts';
import {
  along,
  angle,
  cross,
  dot,
  type Edge,
  inRing,
  lineLength,
  nearestOn,
  polygonArea,
  positionOf,
  RADIUS,
  scaled,
  unit,
  type Vector,
  vectorOf,
} from './sphere.ts';
import { type Position, positionsOf, readWkb, type Shape, shapeOf, writeWkb } from './wkb.ts';

const shape = (wkb: unknown): Shape => shapeOf(readWkb(wkb as Uint8Array));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const measure = (name: string, of: (shape: Shape) => number): HostFunction => ({
  name,
  parameters: ['BLOB'],
  result: 'DOUBLE',
  evaluate: (wkb) => of(shape(wkb)),
});

const pair = (name: string, of: (a: Shape, b: Shape) => number | null): HostFunction => ({
  name,
  parameters: ['BLOB', 'BLOB'],
  result: 'DOUBLE',
  evaluate: (a, b) => of(shape(a), shape(b)),
});

/** Lengths, areas and distances on the sphere, edges being geodesics (GoogleSQL, Geography functions). */
export const MEASURES: readonly HostFunction[] = [
  measure('bq_area', ({ polygons }) => sum(polygons.map(polygonArea))),
  measure('bq_length', ({ lines }) => sum(lines.map(lineLength))),
  measure('bq_perimeter', ({ polygons }) => sum(polygons.flat().map(lineLength))),
  pair('bq_distance_wkb', (a, b) => distance(a, b)),
  pair('bq_max_distance', (a, b) => extreme(a, b, Math.max)),
  pair('bq_hausdorff', (a, b) => Math.max(directed(a, b), directed(b, a))),
  pair('bq_hausdorff_directed', directed),
  {
    name: 'bq_closest_point',
    parameters: ['BLOB', 'BLOB'],
    result: 'BLOB',
    evaluate: (a, b) => {
      const position = closest(shape(a), shape(b));
      return position === undefined ? null : writeWkb({ kind: 'Point', position });
    },
  },
];

/** Every edge; a point is an edge without length. */
function edgesOf({ points, lines, polygons }: Shape): Edge[] {
  const edges = [...lines, ...polygons.flat()].flatMap((line) =>
    line.slice(1).map((position, index): Edge => [vectorOf(line[index] ?? position), vectorOf(position)]),
  );
  return [...points.map((position): Edge => [vectorOf(position), vectorOf(position)]), ...edges];
}

/** Distance between two geometries in metres: 0 where one lies in or crosses the other. */
export function distance(a: Shape, b: Shape): number {
  if (inside(a, b) || inside(b, a)) return 0;
  const others = edgesOf(b);
  let best = Number.POSITIVE_INFINITY;
  for (const edge of edgesOf(a)) {
    for (const other of others) {
      if (crosses(edge, other)) return 0;
      best = Math.min(best, edgeDistance(edge, other));
    }
  }
  return best * RADIUS;
}

function edgeDistance(a: Edge, b: Edge): number {
  return Math.min(toEdge(a[0], b), toEdge(a[1], b), toEdge(b[0], a), toEdge(b[1], a));
}

function toEdge(point: Vector, edge: Edge): number {
  return angle(point, nearestOn(point, edge));
}

function crosses([a, b]: Edge, [c, d]: Edge): boolean {
  const side = (p: Vector, q: Vector, r: Vector): number => Math.sign(dot(cross(p, q), r));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0 && dot(a, c) > 0;
}

/** Whether a vertex of the first lies in a polygon of the second. */
function inside(a: Shape, b: Shape): boolean {
  const vertices = [
    ...a.points,
    ...a.lines.flatMap((line) => line.slice(0, 1)),
    ...a.polygons.flatMap(([shell = []]) => shell.slice(0, 1)),
  ];
  return vertices.some((vertex) => b.polygons.some((rings) => inPolygon(vertex, rings)));
}

export function inPolygon(position: Position, [shell = [], ...holes]: readonly (readonly Position[])[]): boolean {
  return inRing(position, shell) && !holes.some((hole) => inRing(position, hole));
}

function extreme(a: Shape, b: Shape, choose: (x: number, y: number) => number): number | null {
  const others = positionsOf(b).map(vectorOf);
  let best: number | undefined;
  for (const vertex of positionsOf(a).map(vectorOf)) {
    for (const other of others) best = best === undefined ? angle(vertex, other) : choose(best, angle(vertex, other));
  }
  return best === undefined ? null : best * RADIUS;
}

/** How far the vertex of the first that is furthest from the second lies from it. */
function directed(a: Shape, b: Shape): number {
  const edges = edgesOf(b);
  const distances = positionsOf(a).map((position) => {
    if (b.polygons.some((rings) => inPolygon(position, rings))) return 0;
    const vector = vectorOf(position);
    return Math.min(...edges.map((edge) => toEdge(vector, edge)));
  });
  return Math.max(...distances) * RADIUS;
}

/** The point of the first that is nearest to the second. */
function closest(a: Shape, b: Shape): Position | undefined {
  let best: { position: Position; angle: number } | undefined;
  const consider = (point: Vector, target: Vector): void => {
    const far = angle(point, target);
    if (best === undefined || far < best.angle) best = { position: positionOf(point), angle: far };
  };
  const others = edgesOf(b);
  for (const edge of edgesOf(a)) {
    for (const other of others) {
      for (const end of other) consider(nearestOn(end, edge), end);
      for (const end of edge) consider(end, nearestOn(end, other));
      if (crosses(edge, other)) {
        const meeting = unit(cross(cross(edge[0], edge[1]), cross(other[0], other[1])));
        consider(dot(meeting, edge[0]) < 0 ? scaled(meeting, -1) : meeting, along(other[0], other[1], 0.5));
      }
    }
  }
  return best?.position;
}
