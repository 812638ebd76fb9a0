import type { HostFunction } from './function.ts';
import { along, angle, positionOf, RADIUS, ringArea, vectorOf } from './sphere.ts';
import { type Geometry, mapLines, type Position, readWkb } from './wkb.ts';

const text = (name: string, of: (geometry: Geometry) => string): HostFunction => ({
  name,
  parameters: ['BLOB'],
  result: 'VARCHAR',
  evaluate: (wkb) => of(oriented(readWkb(wkb as Uint8Array))),
});

export const GEOMETRY_TEXTS: readonly HostFunction[] = [
  text('bq_wkt_text', wkt),
  text('bq_geojson_text', (geometry) => geojson(straightened(geometry))),
  text('bq_kml_text', kml),
];

/** Shells counterclockwise, holes clockwise. */
function oriented(geometry: Geometry): Geometry {
  switch (geometry.kind) {
    case 'Point':
    case 'LineString':
      return geometry;
    case 'Polygon':
      return {
        kind: 'Polygon',
        rings: geometry.rings.map((ring, index) => (ringArea(ring) < 0 === index > 0 ? ring : reversed(ring))),
      };
    default:
      return { kind: geometry.kind, parts: geometry.parts.map(oriented) };
  }
}

function reversed(ring: readonly Position[]): readonly Position[] {
  const open = ring.slice(0, -1).reverse();
  return open[0] === undefined ? ring : [...open, open[0]];
}

/** A number with the fifteen digits that are sure. */
function digits(value: number): string {
  const number = Number(value.toPrecision(15));
  const written = String(number === 0 ? 0 : number);
  // C writes exponents with two digits, and begins them sooner.
  if (written.includes('e')) return written.replace(/e([+-])(\d)$/, 'e$10$2');
  if (Math.abs(number) < 1e-4 && number !== 0) {
    return number.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return written;
}

const coordinates = ([x, y]: Position): string => `${digits(x)} ${digits(y)}`;
const line = (positions: readonly Position[]): string => `(${positions.map(coordinates).join(', ')})`;
const polygon = (rings: readonly (readonly Position[])[]): string => `(${rings.map(line).join(', ')})`;

/** Well-known text (OGC Simple Feature Access, part 1, section 7). */
function wkt(geometry: Geometry): string {
  const kind = geometry.kind.toUpperCase();
  const body = wktBody(geometry);
  return body === undefined ? `${kind} EMPTY` : `${kind}${body}`;
}

function wktBody(geometry: Geometry): string | undefined {
  switch (geometry.kind) {
    case 'Point':
      return geometry.position === undefined ? undefined : `(${coordinates(geometry.position)})`;
    case 'LineString':
      return geometry.positions.length === 0 ? undefined : line(geometry.positions);
    case 'Polygon':
      return geometry.rings.length === 0 ? undefined : polygon(geometry.rings);
    case 'MultiPoint': {
      const points = geometry.parts.flatMap((part) =>
        part.kind === 'Point' && part.position !== undefined ? [coordinates(part.position)] : [],
      );
      return points.length === 0 ? undefined : `(${points.join(', ')})`;
    }
    case 'GeometryCollection':
      return geometry.parts.length === 0 ? undefined : `(${geometry.parts.map(wkt).join(', ')})`;
    default: {
      const parts = geometry.parts.map(wktBody).filter((part) => part !== undefined);
      return parts.length === 0 ? undefined : `(${parts.join(', ')})`;
    }
  }
}

/** GeoJSON's edges are straight on the map: vertices are added until they are within this many metres of the geodesic. */
const TOLERANCE = 10;

function straightened(geometry: Geometry): Geometry {
  return mapLines(geometry, (positions) =>
    positions.flatMap((b, index) => {
      const a = positions[index - 1];
      return a === undefined ? [b] : [...between(a, b, 0), b];
    }),
  );
}

function between(a: Position, b: Position, depth: number): Position[] {
  const [from, to] = [vectorOf(a), vectorOf(b)];
  const middle = along(from, to, 0.5);
  const onMap: Position = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  if (depth > 20 || angle(middle, vectorOf(onMap)) * RADIUS <= TOLERANCE) return [];
  const position = positionOf(middle);
  return [...between(a, position, depth + 1), position, ...between(position, b, depth + 1)];
}

/** GeoJSON with the spaces that BigQuery writes (RFC 7946). */
function geojson(geometry: Geometry): string {
  if (geometry.kind === 'GeometryCollection') {
    return `{ "type": "GeometryCollection", "geometries": [${geometry.parts.map((part) => geojson(part)).join(', ')}] } `;
  }
  return `{ "type": "${geometry.kind}", "coordinates": ${jsonBody(geometry)} } `;
}

const jsonPosition = ([x, y]: Position): string => `[${digits(x)}, ${digits(y)}]`;
const spaced = (parts: readonly string[]): string => `[ ${parts.join(', ')} ]`;
const jsonLine = (positions: readonly Position[]): string => spaced(positions.map(jsonPosition));

function jsonBody(geometry: Geometry): string {
  switch (geometry.kind) {
    case 'Point':
      return geometry.position === undefined ? '[]' : jsonPosition(geometry.position);
    case 'LineString':
      return jsonLine(geometry.positions);
    case 'Polygon':
      return spaced(geometry.rings.map(jsonLine));
    default:
      return spaced(geometry.parts.map(jsonBody));
  }
}

/** KML geometry (OGC 07-147r2). */
function kml(geometry: Geometry): string {
  const list = (positions: readonly Position[]): string =>
    `<coordinates>${positions.map(([x, y]) => `${digits(x)},${digits(y)}`).join(' ')}</coordinates>`;
  switch (geometry.kind) {
    case 'Point':
      return `<Point>${list(geometry.position === undefined ? [] : [geometry.position])}</Point>`;
    case 'LineString':
      return `<LineString>${list(geometry.positions)}</LineString>`;
    case 'Polygon': {
      const rings = geometry.rings.map((ring, index) => {
        const boundary = index === 0 ? 'outerBoundaryIs' : 'innerBoundaryIs';
        return `<${boundary}><LinearRing>${list(ring)}</LinearRing></${boundary}>`;
      });
      return `<Polygon>${rings.join('')}</Polygon>`;
    }
    default:
      return `<MultiGeometry>${geometry.parts.map(kml).join('')}</MultiGeometry>`;
  }
}
