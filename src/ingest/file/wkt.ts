type Position = readonly number[];

/** A geometry of GeoJSON (RFC 7946 section 3.1). */
export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'MultiPoint' | 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString' | 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] }
  | { readonly type: 'GeometryCollection'; readonly geometries: readonly Geometry[] };

/** Well-known text, as ST_GEOGFROMTEXT reads it: longitude before latitude, heights left out. Pure. */
export function wkt(geometry: Geometry): string {
  switch (geometry.type) {
    case 'GeometryCollection':
      return `GEOMETRYCOLLECTION (${geometry.geometries.map(wkt).join(', ')})`;
    case 'Point':
      return geometry.coordinates.length === 0 ? 'POINT EMPTY' : `POINT (${position(geometry.coordinates)})`;
    default:
      return geometry.coordinates.length === 0
        ? `${geometry.type.toUpperCase()} EMPTY`
        : `${geometry.type.toUpperCase()} ${nested(geometry.coordinates)}`;
  }
}

type Nested = readonly (Position | Nested)[];

function nested(list: Nested): string {
  return `(${list.map((each) => (typeof each[0] === 'number' ? position(each as Position) : nested(each as Nested))).join(', ')})`;
}

function position([longitude = 0, latitude = 0]: Position): string {
  return `${longitude} ${latitude}`;
}
