import { NEIGHBOURHOODS } from './neighbourhoods.ts';
import { Random } from './random.ts';

type Point = readonly [longitude: number, latitude: number];

export interface Neighbourhood {
  readonly id: number;
  readonly name: string;
  readonly district: string;
  /** Corners of a quadrilateral, counter-clockwise. */
  readonly corners: readonly [Point, Point, Point, Point];
}

/** A rough outline of the municipality. */
const OUTLINE: readonly Point[] = [
  [-43.79, -22.9],
  [-43.62, -22.78],
  [-43.42, -22.8],
  [-43.28, -22.77],
  [-43.12, -22.8],
  [-43.15, -22.96],
  [-43.28, -23.02],
  [-43.5, -23.03],
  [-43.66, -23.06],
  [-43.74, -22.99],
];

/**
 * A made-up map: the outline cut into as many cells as there are neighbourhoods, with corners moved at
 * random so that it looks like a city. Real names, false places.
 */
export function makeCity(seed: number): Neighbourhood[] {
  const names = Object.entries(NEIGHBOURHOODS).flatMap(([district, list]) =>
    list
      .trim()
      .split('|')
      .map((entry) => {
        const [, id = '0', name = ''] = /^(\d+)\s+(.*)$/s.exec(entry.trim().replace(/\s+/g, ' ')) ?? [];
        return { id: Number(id), name, district };
      }),
  );
  const cells = cut(names.length, new Random(seed)).sort((a, b) => middle(a)[0] - middle(b)[0]);
  return names.map((name, index) => ({ ...name, corners: cells[index] as Neighbourhood['corners'] }));
}

/** At least `count` cells: the grid gets finer until they fit. */
function cut(count: number, random: Random): Neighbourhood['corners'][] {
  for (let columns = 10; ; columns++) {
    const cells = grid(columns, random).filter((cell) => inside(middle(cell)));
    if (cells.length >= count) return cells.slice(0, count);
  }
}

function grid(columns: number, random: Random): Neighbourhood['corners'][] {
  const [west, east, south, north] = [-43.8, -43.1, -23.08, -22.75];
  const step = (east - west) / columns;
  const rows = Math.ceil((north - south) / step);
  const corner = Array.from({ length: columns + 1 }, (_, x) =>
    Array.from({ length: rows + 1 }, (_unused, y): Point => {
      const moved = (place: number) => Number((place + random.between(-0.3, 0.3) * step).toFixed(5));
      return [moved(west + x * step), moved(south + y * step)];
    }),
  );
  const at = (x: number, y: number): Point => corner[x]?.[y] ?? [0, 0];
  return Array.from({ length: columns * rows }, (_, index) => {
    const [x, y] = [index % columns, Math.floor(index / columns)];
    return [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)] as const;
  });
}

function middle(corners: Neighbourhood['corners']): Point {
  const mean = (axis: 0 | 1) => corners.reduce((sum, point) => sum + point[axis], 0) / corners.length;
  return [mean(0), mean(1)];
}

function inside([x, y]: Point): boolean {
  let odd = false;
  for (const [index, b] of OUTLINE.entries()) {
    const a = OUTLINE.at(index - 1) as Point;
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) odd = !odd;
  }
  return odd;
}

/** A point in a neighbourhood, away from its borders. */
export function placeIn(
  { corners: [a, b, c, d] }: Neighbourhood,
  random: Random,
): { latitude: number; longitude: number } {
  const [u, v] = [random.between(0.1, 0.9), random.between(0.1, 0.9)];
  const mix = (axis: 0 | 1) => (a[axis] * (1 - u) + b[axis] * u) * (1 - v) + (d[axis] * (1 - u) + c[axis] * u) * v;
  return { longitude: Number(mix(0).toFixed(6)), latitude: Number(mix(1).toFixed(6)) };
}

/** The neighbourhood's polygon as GeoJSON. */
export function geometryOf({ corners }: Neighbourhood): string {
  return JSON.stringify({ type: 'Polygon', coordinates: [[...corners, corners[0]]] });
}
