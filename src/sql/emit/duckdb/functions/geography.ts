import type { Emission, Emissions } from '../emission.ts';

/** Topology is DuckDB's, on the plane of longitude and latitude; lengths and areas are ours, on BigQuery's sphere. */
const planar = (name: string): string => `${name}($1, $2)`;

/** Set operations are done where geodesics are straight. */
const overlay = (name: string): string => `bq_sphere(${name}(bq_plane($1, $1), bq_plane($2, $1)), $1, $2)`;

/** A geography that is read: checked, and repaired if the call asks for it. */
const read =
  (reader: string, valid: number): Emission =>
  (args) => {
    const geometry = `${reader}(${args[0]})`;
    const option = args[valid];
    return `bq_geography(${option === undefined ? geometry : `CASE WHEN ${option} THEN ST_MakeValid(${geometry}) ELSE ${geometry} END`})`;
  };

const wkb = (name: string, ...rest: readonly string[]): string => `${name}(${['ST_AsWKB($1)', ...rest].join(', ')})`;

/** Places of one partition, as structs (n, g), with their clusters, as structs (n, c). */
const clusters = (args: readonly string[]): string => {
  const hexes = `array_to_string(list_transform(_l, lambda _r: coalesce(hex(ST_AsWKB(_r.g)), '')), ',')`;
  const found = `CAST(CAST(bq_dbscan(${hexes}, ${args[1]}, ${args[2]}) AS JSON) AS BIGINT[])`;
  return `list_transform([${args[0]}], lambda _l: list_transform(list_zip(_l, ${found}), lambda _z: struct_pack(n := _z[1].n, c := _z[2])))[1]`;
};

export const GEOGRAPHY_FUNCTIONS: Emissions = {
  $CLUSTERS: clusters,
  S2_CELLIDFROMPOINT: (args) => `bq_s2_cell(ST_AsWKB(${args[0]}), ${args[1] ?? '30'})`,
  ST_ANGLE: 'bq_angle($1, $2, $3)',
  ST_AREA: wkb('bq_area'),
  ST_ASBINARY: 'CAST(ST_AsWKB($1) AS BLOB)',
  ST_ASGEOJSON: 'bq_geojson($1)',
  ST_ASKML: wkb('bq_kml_text'),
  ST_ASTEXT: 'bq_wkt($1)',
  ST_AZIMUTH: 'bq_azimuth($1, $2)',
  ST_BOUNDARY: 'ST_Boundary($1)',
  ST_BOUNDINGBOX: 'bq_bounds($1)',
  ST_BUFFER: (args) => `bq_buffer(${args[0]}, ${args[1]}, ${args[2] ?? '8'})`,
  ST_BUFFERWITHTOLERANCE: 'bq_buffer($1, $2, greatest(1, ceil(pi() / 4 / acos(greatest(-1, 1 - $3 / $2)))))',
  ST_CENTROID: `ST_GeomFromWKB(${wkb('bq_centroid')})`,
  ST_CLOSESTPOINT: `ST_GeomFromWKB(${wkb('bq_closest_point', 'ST_AsWKB($2)')})`,
  ST_CONTAINS: planar('ST_Contains'),
  ST_CONVEXHULL: 'ST_ConvexHull($1)',
  ST_COVEREDBY: planar('ST_CoveredBy'),
  ST_COVERS: planar('ST_Covers'),
  ST_DIFFERENCE: overlay('ST_Difference'),
  ST_DIMENSION: 'CASE WHEN ST_IsEmpty($1) THEN -1 ELSE CAST(ST_Dimension($1) AS BIGINT) END',
  ST_DISJOINT: planar('ST_Disjoint'),
  ST_DISTANCE: 'bq_distance($1, $2)',
  ST_DUMP: (args) =>
    args[1] === undefined
      ? `bq_parts(${args[0]})`
      : `list_filter(bq_parts(${args[0]}), lambda _p: ST_Dimension(_p) = ${args[1]})`,
  ST_DUMPPOINTS: 'bq_parts(ST_Points($1))',
  ST_DWITHIN: '(bq_distance($1, $2) <= $3)',
  ST_ENDPOINT: 'ST_EndPoint($1)',
  ST_EQUALS: planar('ST_Equals'),
  ST_EXTERIORRING: 'ST_ExteriorRing($1)',
  ST_GEOGFROM:
    "bq_geography(CASE WHEN starts_with(ltrim($1), '{') THEN ST_GeomFromGeoJSON($1) WHEN regexp_matches($1, '^[0-9A-Fa-f]+$') THEN ST_GeomFromHEXWKB($1) ELSE ST_GeomFromText($1) END)",
  'ST_GEOGFROM BYTES': 'bq_geography(ST_GeomFromWKB($1))',
  ST_GEOGFROMGEOJSON: read('ST_GeomFromGeoJSON', 1),
  ST_GEOGFROMTEXT: read('ST_GeomFromText', 3),
  ST_GEOGFROMWKB: read('ST_GeomFromHEXWKB', 3),
  'ST_GEOGFROMWKB BYTES': read('ST_GeomFromWKB', 3),
  ST_GEOGPOINT: 'bq_point($1, $2)',
  ST_GEOGPOINTFROMGEOHASH: 'ST_GeomFromWKB(bq_geohash_point($1))',
  ST_GEOHASH: (args) => `bq_geohash(ST_AsWKB(${args[0]}), ${args[1] ?? '20'})`,
  ST_GEOMETRYTYPE: 'bq_geometry_type($1)',
  ST_HAUSDORFFDISTANCE: (args) =>
    args[2] === undefined
      ? `bq_hausdorff(ST_AsWKB(${args[0]}), ST_AsWKB(${args[1]}))`
      : `CASE WHEN ${args[2]} THEN bq_hausdorff_directed(ST_AsWKB(${args[0]}), ST_AsWKB(${args[1]})) ELSE bq_hausdorff(ST_AsWKB(${args[0]}), ST_AsWKB(${args[1]})) END`,
  ST_HAUSDORFFDWITHIN: '(bq_hausdorff(ST_AsWKB($1), ST_AsWKB($2)) <= $3)',
  ST_INTERIORRINGS: `bq_parts(ST_GeomFromWKB(${wkb('bq_interior_rings')}))`,
  ST_INTERSECTION: overlay('ST_Intersection'),
  ST_INTERSECTS: planar('ST_Intersects'),
  ST_INTERSECTSBOX: 'ST_Intersects($1, ST_MakeEnvelope($2, $3, $4, $5))',
  ST_ISCLOSED: 'bq_is_closed($1)',
  ST_ISCOLLECTION: 'bq_is_collection($1)',
  ST_ISEMPTY: 'ST_IsEmpty($1)',
  ST_ISRING: 'ST_IsRing($1)',
  ST_LENGTH: wkb('bq_length'),
  ST_LINEINTERPOLATEPOINT: `ST_GeomFromWKB(${wkb('bq_line_point', '$2')})`,
  ST_LINELOCATEPOINT: wkb('bq_line_share', 'ST_AsWKB($2)'),
  ST_LINESUBSTRING: `ST_GeomFromWKB(${wkb('bq_line_part', '$2', '$3')})`,
  ST_MAKELINE: (args) => (args.length === 1 ? `ST_MakeLine(${args[0]})` : `ST_MakeLine(${args[0]}, ${args[1]})`),
  ST_MAKEPOLYGON: (args) =>
    args.length === 1 ? `ST_MakePolygon(${args[0]})` : `ST_MakePolygon(${args[0]}, ${args[1]})`,
  ST_MAKEPOLYGONORIENTED: 'ST_MakePolygon($1[1], $1[2:])',
  ST_MAXDISTANCE: wkb('bq_max_distance', 'ST_AsWKB($2)'),
  ST_NUMGEOMETRIES: 'CAST(ST_NGeometries($1) AS BIGINT)',
  ST_NUMPOINTS: 'CAST(ST_NPoints($1) AS BIGINT)',
  ST_PERIMETER: wkb('bq_perimeter'),
  ST_POINTN: 'ST_PointN($1, CAST($2 AS INTEGER))',
  // A degree of a great circle has this many metres on the sphere of 6,371,010 m.
  ST_SIMPLIFY: 'ST_SimplifyPreserveTopology($1, $2 / 111195.10117748393)',
  ST_SNAPTOGRID: 'ST_ReducePrecision($1, $2)',
  ST_STARTPOINT: 'ST_StartPoint($1)',
  ST_TOUCHES: planar('ST_Touches'),
  ST_UNION: (args) =>
    args.length === 1
      ? `bq_union_all(${args[0]})`
      : `bq_sphere(ST_Union(bq_plane(${args[0]}, ${args[0]}), bq_plane(${args[1]}, ${args[0]})), ${args[0]}, ${args[1]})`,
  ST_WITHIN: planar('ST_Within'),
  ST_X: 'ST_X($1)',
  ST_Y: 'ST_Y($1)',
};
