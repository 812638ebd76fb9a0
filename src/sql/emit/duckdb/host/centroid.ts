import type { HostFunction } from './function.ts';
import { angle, cross, minus, norm, plus, positionOf, ringArea, scaled, type Vector, vectorOf } from './sphere.ts';
import { type Geometry, type Position, readWkb, type Shape, shapeOf, writeWkb } from './wkb.ts';

export const CENTROIDS: readonly HostFunction[] = [
  {
    name: 'bq_centroid',
    parameters: ['BLOB'],
    result: 'BLOB',
    evaluate: (wkb) => writeWkb(centroid(shapeOf(readWkb(wkb as Uint8Array)))),
  },
];

const NONE: Vector = [0, 0, 0];
const total = (vectors: readonly Vector[]): Vector => vectors.reduce(plus, NONE);

/** The centre of mass of what has most dimensions (GoogleSQL, Geography functions, ST_CENTROID). */
function centroid({ points, lines, polygons }: Shape): Geometry {
  const sum =
    polygons.length > 0
      ? total(polygons.map(ofPolygon))
      : lines.length > 0
        ? total(lines.map(ofLine))
        : total(points.map(vectorOf));
  return norm(sum) === 0 ? { kind: 'Point' } : { kind: 'Point', position: positionOf(sum) };
}

/** The integral of position along a line: of an arc, its chord's sum by the tangent of its half. */
function ofLine(line: readonly Position[]): Vector {
  const vectors = line.map(vectorOf);
  return total(
    vectors.slice(1).map((b, index) => {
      const a = vectors[index] ?? b;
      const [sum, difference] = [plus(a, b), minus(a, b)];
      return norm(sum) === 0 ? NONE : scaled(sum, norm(difference) / norm(sum));
    }),
  );
}

function ofPolygon([shell = [], ...holes]: readonly (readonly Position[])[]): Vector {
  return holes.reduce((sum, hole) => minus(sum, ofRing(hole)), ofRing(shell));
}

/** The integral of position over a ring's area, whichever way it turns. */
function ofRing(ring: readonly Position[]): Vector {
  const vectors = ring.map(vectorOf);
  // Half the sum of the edges' normals, each as long as the edge's angle (Green's theorem on the sphere).
  const sum = total(
    vectors.slice(1).map((b, index) => {
      const normal = cross(vectors[index] ?? b, b);
      const length = norm(normal);
      return length === 0 ? NONE : scaled(normal, angle(vectors[index] ?? b, b) / (2 * length));
    }),
  );
  return ringArea(ring) < 0 ? scaled(sum, -1) : sum;
}
