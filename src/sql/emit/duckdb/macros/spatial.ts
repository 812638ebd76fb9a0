import type { Macro } from './macro.ts';

/** Metres in a radian of BigQuery's sphere, and in a degree. */
const RADIUS = '6371010';
const DEGREE = '111195.10117748393';

/** Macros over GEOMETRY, for engines that have the spatial extension. */
export const SPATIAL: readonly Macro[] = [
  ['bq_wkt', 'g', `CASE WHEN ST_IsEmpty(g) THEN 'GEOMETRYCOLLECTION EMPTY' ELSE bq_wkt_text(ST_AsWKB(g)) END`],
  ['bq_geojson', 'g', 'bq_geojson_text(ST_AsWKB(g))'],
  [
    'bq_geography',
    'g',
    `CASE WHEN ST_YMin(g) < -90 OR ST_YMax(g) > 90 THEN ST_Point(CAST('GoogleSQL: Latitude must be between -90 and 90 degrees: ' || ST_AsText(g) AS DOUBLE), 0)
      WHEN ST_NGeometries(g) = 1 AND CAST(ST_GeometryType(g) AS VARCHAR) LIKE 'MULTI%' THEN ST_Dump(g)[1].geom
      ELSE g END`,
  ],
  [
    'bq_point',
    'x, y',
    `CASE WHEN abs(y) > 90 THEN ST_Point(CAST('GoogleSQL: Latitude must be between -90 and 90 degrees; was ' || y AS DOUBLE), 0)
      ELSE ST_Point(CASE WHEN abs(x) <= 180 THEN x ELSE x - 360 * round(x / 360) END, y) END`,
  ],
  [
    'bq_haversine',
    'a, b',
    `2 * ${RADIUS} * asin(least(1, sqrt(pow(sin(radians(ST_Y(b) - ST_Y(a)) / 2), 2)
      + cos(radians(ST_Y(a))) * cos(radians(ST_Y(b))) * pow(sin(radians(ST_X(b) - ST_X(a)) / 2), 2))))`,
  ],
  [
    'bq_distance',
    'a, b',
    `CASE WHEN ST_IsEmpty(a) OR ST_IsEmpty(b) THEN NULL
      WHEN ST_GeometryType(a) = 'POINT' AND ST_GeometryType(b) = 'POINT' THEN bq_haversine(a, b)
      ELSE bq_distance_wkb(ST_AsWKB(a), ST_AsWKB(b)) END`,
  ],
  [
    'bq_azimuth',
    'a, b',
    `CASE WHEN NOT ST_Equals(a, b) THEN (atan2(sin(radians(ST_X(b) - ST_X(a))) * cos(radians(ST_Y(b))),
      cos(radians(ST_Y(a))) * sin(radians(ST_Y(b))) - sin(radians(ST_Y(a))) * cos(radians(ST_Y(b))) * cos(radians(ST_X(b) - ST_X(a)))) + 2 * pi()) % (2 * pi()) END`,
  ],
  ['bq_angle', 'a, b, c', `(bq_azimuth(b, c) - bq_azimuth(b, a) + 2 * pi()) % (2 * pi())`],
  [
    'bq_geometry_type',
    'g',
    `'ST_' || CASE CAST(ST_GeometryType(g) AS VARCHAR) WHEN 'POINT' THEN 'Point' WHEN 'LINESTRING' THEN 'LineString' WHEN 'POLYGON' THEN 'Polygon'
      WHEN 'MULTIPOINT' THEN 'MultiPoint' WHEN 'MULTILINESTRING' THEN 'MultiLineString' WHEN 'MULTIPOLYGON' THEN 'MultiPolygon' ELSE 'GeometryCollection' END`,
  ],
  ['bq_is_collection', 'g', `ST_NGeometries(g) > 1`],
  [
    'bq_is_closed',
    'g',
    `CASE WHEN ST_IsEmpty(g) THEN FALSE WHEN CAST(ST_GeometryType(g) AS VARCHAR) IN ('LINESTRING', 'MULTILINESTRING') THEN ST_IsClosed(g) ELSE TRUE END`,
  ],
  [
    'bq_buffer',
    'g, metres, quarter',
    // Around a point a circle; else longitudes are shrunk to the scale of latitudes, buffered in degrees, and stretched again.
    `CASE WHEN ST_GeometryType(g) = 'POINT' AND metres > 0 THEN ST_GeomFromWKB(bq_circle(ST_AsWKB(g), metres / ${RADIUS}, CAST(quarter * 4 AS BIGINT)))
      ELSE ST_Affine(ST_Buffer(ST_Affine(g, cos(radians(ST_Y(ST_Centroid(g)))), 0, 0, 1, 0, 0), metres / ${DEGREE}, CAST(quarter AS INTEGER)),
        1 / cos(radians(ST_Y(ST_Centroid(g)))), 0, 0, 1, 0, 0) END`,
  ],
  ['bq_plane', 'g, like_', `ST_GeomFromWKB(bq_to_plane(ST_AsWKB(g), ST_AsWKB(like_)))`],
  ['bq_sphere', 'g, a, b', `ST_GeomFromWKB(bq_from_plane(ST_AsWKB(g), ST_AsWKB(a), ST_AsWKB(b)))`],
  ['bq_union_all', 'l', `list_reduce(l, lambda _a, _b: ST_Union(_a, _b))`],
  ['bq_parts', 'g', `list_transform(ST_Dump(g), lambda _p: _p.geom)`],
  [
    'bq_bounds',
    'g',
    `CASE WHEN NOT ST_IsEmpty(g) THEN struct_pack(xmin := ST_XMin(g), ymin := ST_YMin(g), xmax := ST_XMax(g), ymax := ST_YMax(g)) END`,
  ],
];
