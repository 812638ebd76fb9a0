import { ArcosError } from '../../base/errors.ts';
import { type Geometry, wkt } from '../file/wkt.ts';
import { type FetchOptions, fetchPatiently } from './fetch.ts';
import { isAfter } from './http.ts';
import { recordOf, type Source, sourceOf } from './source.ts';

export interface ArcgisOptions extends FetchOptions {
  /** Of a layer: `https://.../FeatureServer/0`. */
  readonly url: string;
  /** All unless told. */
  readonly fields?: readonly string[];
  /** SQL of the service: `bairro = 'Centro'`. */
  readonly where?: string;
  /** The name that the geometry gets as well-known text in degrees; `geometria` unless told. */
  readonly geometry?: string | false;
  /** A field of numbers or dates that grows with each change. */
  readonly cursor?: string;
  readonly since?: string;
  /** Rows of one answer; 1,000 unless told, and never more than the service gives. */
  readonly batch?: number;
}

interface Layer {
  readonly error?: { readonly message?: string };
  readonly objectIdField?: string;
  readonly maxRecordCount?: number;
  readonly geometryType?: string;
  readonly fields?: readonly { readonly name: string; readonly type: string }[];
}

interface Page {
  readonly error?: { readonly message?: string };
  readonly features?: readonly {
    readonly properties: Readonly<Record<string, unknown>>;
    readonly geometry: Geometry | null;
  }[];
}

/**
 * Features of a layer of an ArcGIS FeatureServer or MapServer (ArcGIS REST API, Query). Pages begin behind the last
 * object id, not at an offset: a feature that is added or removed meanwhile moves no other across a page's border.
 * Dates become ISO 8601 texts.
 */
export function arcgis(options: ArcgisOptions): Source {
  const { fields, where = '1=1', geometry = 'geometria', cursor, since, batch = 1000 } = options;
  const url = options.url.replace(/\/+$/, '');
  return sourceOf(since, async function* (moved) {
    const layer = await ask<Layer>(url, { f: 'json' }, options);
    const id = layer.objectIdField ?? layer.fields?.find(({ type }) => type === 'esriFieldTypeOID')?.name;
    if (id === undefined) throw new ArcosError('INVALID', `${url} is no layer with object ids`);
    const dates = new Set(
      (layer.fields ?? []).filter(({ type }) => type === 'esriFieldTypeDate').map(({ name }) => name),
    );
    const limit = Math.min(batch, layer.maxRecordCount ?? batch);
    const wanted =
      fields === undefined ? '*' : [...new Set([...fields, id, ...(cursor === undefined ? [] : [cursor])])].join();
    const changed =
      cursor === undefined || since === undefined ? '' : ` AND ${cursor} > ${literal(since, dates.has(cursor))}`;
    let greatest = since;
    for (let last: number | undefined; ; ) {
      const behind = last === undefined ? '' : ` AND ${id} > ${last}`;
      const page = await ask<Page>(
        `${url}/query`,
        {
          f: 'geojson',
          where: `(${where})${changed}${behind}`,
          outFields: wanted,
          orderByFields: id,
          resultRecordCount: String(limit),
          outSR: '4326',
          returnGeometry: String(geometry !== false && layer.geometryType !== undefined),
        },
        options,
      );
      const features = page.features ?? [];
      for (const { properties, geometry: shape } of features) {
        const row = recordOf(properties);
        for (const name of dates) {
          const value = row[name];
          if (typeof value === 'number') row[name] = new Date(value).toISOString();
        }
        const value = cursor === undefined ? undefined : row[cursor];
        if (value !== undefined && value !== null && isAfter(String(value), greatest)) {
          greatest = String(value);
          moved(greatest);
        }
        const asked = fields === undefined ? row : Object.fromEntries(fields.map((name) => [name, row[name] ?? null]));
        yield geometry === false ? asked : { ...asked, [geometry]: shape === null ? null : wkt(shape) };
      }
      const end = Number(features.at(-1)?.properties[id]);
      if (features.length < limit) return;
      if (!Number.isFinite(end) || (last !== undefined && end <= last)) {
        throw new ArcosError('INVALID', `${url} does not sort by ${id}, so its pages cannot be told apart`);
      }
      last = end;
    }
  });
}

function literal(value: string, date: boolean): string {
  if (date) return `TIMESTAMP '${new Date(value).toISOString().slice(0, 19).replace('T', ' ')}'`;
  return /^-?\d+(\.\d+)?$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

/** The service says what is wrong with status 200. */
async function ask<Answer extends { readonly error?: { readonly message?: string } }>(
  address: string,
  query: Readonly<Record<string, string>>,
  options: FetchOptions,
): Promise<Answer> {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const answer = (await (await fetchPatiently(url, options)).json()) as Answer;
  if (answer.error !== undefined) throw new ArcosError('INVALID', `${address}: ${answer.error.message ?? 'refused'}`);
  return answer;
}
