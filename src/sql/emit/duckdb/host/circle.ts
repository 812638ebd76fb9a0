import { cross, plus, scaled, type Vector, vectorOf } from './sphere.ts';
import type { Position } from './wkb.ts';

/**
 * Vertices at one distance from a centre, counterclockwise, the western one first and again last. They are reckoned the
 * way that S2 does, the geometry library of BigQuery, so that they are the same to the last digits: with angles as
 * squared chords, added up through each quarter of the circle.
 */
export function circle(centre: Position, radians: number, segments: number): Position[] {
  const middle = vectorOf(centre);
  const step = chordOf((2 * Math.PI) / segments + 1e-15);
  const radius = chordOf(radians);
  const vertices: Position[] = [];
  let start = orthogonal(middle);
  let turn = 0;
  for (let quarter = 0; quarter < 4; quarter++) {
    const side = unit(cross(middle, start));
    for (; turn < RIGHT_ANGLE; turn = sum(turn, step)) {
      vertices.push(positionOf(unit(along(middle, along(start, side, turn), radius))));
    }
    turn = difference(turn, RIGHT_ANGLE);
    start = side;
  }
  const western = vertices.reduce((best, [x], index) => (x < (vertices[best]?.[0] ?? x) ? index : best), 0);
  const turned = [...vertices.slice(western), ...vertices.slice(0, western)];
  return turned[0] === undefined ? [] : [...turned, turned[0]];
}

/** Squares of chords: of a right angle, and of the largest. */
const [RIGHT_ANGLE, LARGEST] = [2, 4];

function chordOf(radians: number): number {
  return (2 * Math.sin(0.5 * Math.min(Math.PI, radians))) ** 2;
}

function sum(a: number, b: number): number {
  const [x, y] = [a * (1 - 0.25 * b), b * (1 - 0.25 * a)];
  return Math.min(LARGEST, x + y + 2 * Math.sqrt(x * y));
}

function difference(a: number, b: number): number {
  if (a <= b) return 0;
  return (Math.sqrt(a * (1 - 0.25 * b)) - Math.sqrt(b * (1 - 0.25 * a))) ** 2;
}

/** The point at an angle from `origin` towards `direction`. */
function along(origin: Vector, direction: Vector, chord: number): Vector {
  return unit(plus(scaled(origin, 1 - 0.5 * chord), scaled(direction, Math.sqrt(chord * (1 - 0.25 * chord)))));
}

function unit(vector: Vector): Vector {
  const [x, y, z] = vector;
  return scaled(vector, 1 / Math.sqrt(x * x + y * y + z * z));
}

function positionOf([x, y, z]: Vector): Position {
  return [(180 / Math.PI) * Math.atan2(y, x), (180 / Math.PI) * Math.atan2(z, Math.sqrt(x * x + y * y))];
}

/** The direction that S2 takes as orthogonal to a point. */
function orthogonal(vector: Vector): Vector {
  const sizes = vector.map(Math.abs);
  const largest = sizes.indexOf(Math.max(...sizes));
  const other: [number, number, number] = [0.012, 0.0053, 0.00457];
  other[(largest + 2) % 3] = 1;
  return unit(cross(vector, other));
}
