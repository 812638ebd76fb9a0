import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { open as openShapefile } from 'shapefile';
import { ArcosError } from '../../base/errors.ts';
import { textOf } from './jsonlines.ts';
import { openBytes, type SourceFile, type SourceRow, type SourceTable } from './source.ts';
import { type Geometry, wkt } from './wkt.ts';

/** The column that a feature's geometry goes into, as well-known text. */
const GEOMETRY = 'geometria';

interface Feature {
  readonly properties: Readonly<Record<string, unknown>> | null;
  readonly geometry: unknown;
}

/** GeoJSON (RFC 7946): a collection of features. It is read whole, so it may have half a gigabyte. */
export async function openGeoJson(file: SourceFile): Promise<SourceTable> {
  let collection: { type?: unknown; features?: unknown };
  try {
    collection = JSON.parse((await text(openBytes(file))).replace(/^\ufeff/, '')) as typeof collection;
  } catch (cause) {
    throw new ArcosError('INVALID', `${file.name} is not JSON: ${String(cause)}`, { cause });
  }
  const { type, features } = collection;
  if (type !== 'FeatureCollection' || !Array.isArray(features)) {
    throw new ArcosError('INVALID', `${file.name} is no FeatureCollection of GeoJSON`);
  }
  return tableOf('GeoJSON', features as Feature[]);
}

/** A shapefile (Esri, 1998) with its .dbf, and .prj and .cpg where there are, beside it. */
export async function openShapes(file: SourceFile): Promise<SourceTable> {
  const beside = (end: string) => file.path.replace(/\.shp$/i, end);
  const projection = await readFile(beside('.prj'), 'utf8').catch(() => '');
  if (/^\s*PROJCS/i.test(projection)) {
    const name = /"([^"]*)"/.exec(projection)?.[1] ?? 'unknown';
    throw new ArcosError('INVALID', `${file.name} has metres in the projection "${name}", not degrees`, {
      hint: 'Convert it first: ogr2ogr -t_srs EPSG:4326 out.geojson in.shp',
    });
  }
  const encoding = (await readFile(beside('.cpg'), 'utf8').catch(() => 'windows-1252')).trim().toLowerCase();
  const read = await openShapefile(file.path, beside('.dbf'), {
    encoding: /^\d+$/.test(encoding) ? `windows-${encoding}` : encoding,
  }).catch((cause: unknown) => {
    throw new ArcosError('INVALID', `${file.name} cannot be read: ${String(cause)}`, {
      hint: 'The .dbf has to be beside the .shp.',
      cause,
    });
  });
  const features: Feature[] = [];
  for (let next = await read.read(); !next.done; next = await read.read()) features.push(next.value);
  return tableOf('shapefile', features);
}

/** Features as rows: their properties, and their geometry as the last column. */
export function tableOf(about: string, features: readonly Feature[]): SourceTable {
  const names = [...new Set(features.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  return {
    columns: [...names, GEOMETRY],
    about: `${about}, the geometry as well-known text`,
    async *rows(reject): AsyncGenerator<SourceRow> {
      let line = 0;
      for (const { properties, geometry } of features) {
        line += 1;
        try {
          const shape = geometry === null || geometry === undefined ? null : wkt(geometry as Geometry);
          yield { line, values: [...names.map((name) => textOf(properties?.[name])), shape] };
        } catch {
          reject({ line, reason: 'the geometry cannot be read' });
        }
      }
    },
  };
}
