export type Position = readonly [longitude: number, latitude: number];

export type Geometry =
  /** Without a position it is empty. */
  | { readonly kind: 'Point'; readonly position?: Position }
  | { readonly kind: 'LineString'; readonly positions: readonly Position[] }
  /** The shell, then holes; each ring ends where it starts. */
  | { readonly kind: 'Polygon'; readonly rings: readonly (readonly Position[])[] }
  | { readonly kind: CollectionKind; readonly parts: readonly Geometry[] };

export type CollectionKind = 'MultiPoint' | 'MultiLineString' | 'MultiPolygon' | 'GeometryCollection';

const KINDS = [
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
  'GeometryCollection',
] as const;

/** Reads well-known binary (OGC Simple Feature Access, part 1, section 8.2), two dimensions. */
export function readWkb(bytes: Uint8Array): Geometry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let little = true;
  const count = (): number => {
    at += 4;
    return view.getUint32(at - 4, little);
  };
  const position = (): Position => {
    at += 16;
    return [view.getFloat64(at - 16, little), view.getFloat64(at - 8, little)];
  };
  const many = <Part>(part: () => Part): Part[] => {
    const parts: Part[] = [];
    for (let left = count(); left > 0; left--) parts.push(part());
    return parts;
  };
  const geometry = (): Geometry => {
    little = view.getUint8(at++) === 1;
    const kind = KINDS[(count() % 1000) - 1] ?? 'GeometryCollection';
    switch (kind) {
      case 'Point': {
        const only = position();
        return Number.isNaN(only[0]) ? { kind } : { kind, position: only };
      }
      case 'LineString':
        return { kind, positions: many(position) };
      case 'Polygon':
        return { kind, rings: many(() => many(position)) };
      default:
        return { kind, parts: many(geometry) };
    }
  };
  return geometry();
}

/** Writes well-known binary, little-endian. */
export function writeWkb(geometry: Geometry): Uint8Array {
  const bytes = new Uint8Array(sizeOf(geometry));
  const view = new DataView(bytes.buffer);
  let at = 0;
  const count = (value: number): void => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const position = ([x, y]: Position): void => {
    view.setFloat64(at, x, true);
    view.setFloat64(at + 8, y, true);
    at += 16;
  };
  const line = (positions: readonly Position[]): void => {
    count(positions.length);
    for (const one of positions) position(one);
  };
  const write = (part: Geometry): void => {
    view.setUint8(at++, 1);
    count(KINDS.indexOf(part.kind) + 1);
    switch (part.kind) {
      case 'Point':
        position(part.position ?? [Number.NaN, Number.NaN]);
        break;
      case 'LineString':
        line(part.positions);
        break;
      case 'Polygon':
        count(part.rings.length);
        for (const ring of part.rings) line(ring);
        break;
      default:
        count(part.parts.length);
        for (const inner of part.parts) write(inner);
    }
  };
  write(geometry);
  return bytes;
}

function sizeOf(geometry: Geometry): number {
  switch (geometry.kind) {
    case 'Point':
      return 21;
    case 'LineString':
      return 9 + 16 * geometry.positions.length;
    case 'Polygon':
      return 9 + geometry.rings.reduce((size, ring) => size + 4 + 16 * ring.length, 0);
    default:
      return 9 + geometry.parts.reduce((size, part) => size + sizeOf(part), 0);
  }
}

/** The geometry with every line and ring changed. */
export function mapLines(
  geometry: Geometry,
  change: (positions: readonly Position[], ring: boolean) => readonly Position[],
): Geometry {
  switch (geometry.kind) {
    case 'Point': {
      const [position] = geometry.position === undefined ? [] : change([geometry.position], false);
      return { kind: 'Point', ...(position === undefined ? {} : { position }) };
    }
    case 'LineString':
      return { kind: 'LineString', positions: change(geometry.positions, false) };
    case 'Polygon':
      return { kind: 'Polygon', rings: geometry.rings.map((ring) => change(ring, true)) };
    default:
      return { kind: geometry.kind, parts: geometry.parts.map((part) => mapLines(part, change)) };
  }
}

/** A geometry as its simple parts. */
export interface Shape {
  readonly points: readonly Position[];
  readonly lines: readonly (readonly Position[])[];
  readonly polygons: readonly (readonly (readonly Position[])[])[];
}

export function shapeOf(geometry: Geometry): Shape {
  const points: Position[] = [];
  const lines: (readonly Position[])[] = [];
  const polygons: (readonly (readonly Position[])[])[] = [];
  const visit = (part: Geometry): void => {
    if (part.kind === 'Point') {
      if (part.position !== undefined) points.push(part.position);
    } else if (part.kind === 'LineString') lines.push(part.positions);
    else if (part.kind === 'Polygon') polygons.push(part.rings);
    else for (const inner of part.parts) visit(inner);
  };
  visit(geometry);
  return { points, lines, polygons };
}

/** Every vertex, those that close a ring left out. */
export function positionsOf({ points, lines, polygons }: Shape): Position[] {
  return [...points, ...lines.flat(), ...polygons.flat().flatMap((ring) => ring.slice(0, -1))];
}
