import { ArcosError } from '../base/errors.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { ArtifactEvent, ArtifactKind } from './events.ts';
import { notJson } from './json.ts';
import { printEvent } from './report/terminal.ts';
import { currentScope } from './scope.ts';

export interface MapArtifact {
  readonly property?: string;
  readonly title?: string;
}

export interface LinkArtifact {
  readonly url: string;
  readonly text?: string;
}

/**
 * Things to look at, kept beside the run: `artifact.table('bairros', rows)`. The same key again, from
 * the same task, replaces what was there. Throws INVALID when the data is not JSON.
 */
export const artifact = {
  /** Rows as objects; the columns are the members of the first one. Meant for hundreds of rows, not millions. */
  table: (key: string, rows: readonly Readonly<Record<string, Json>>[]) => keep('table', key, rows),
  markdown: (key: string, text: string) => keep('markdown', key, text),
  /** On a map: GeoJSON (RFC 7946). `property`: of features, the one that colours them. */
  map: (key: string, geojson: JsonObject, { property, title }: MapArtifact = {}) => {
    if (!GEOJSON.has(String(geojson['type']))) {
      throw new ArcosError(
        'INVALID',
        `The map "${key}" is not GeoJSON: its type is ${JSON.stringify(geojson['type'])}`,
      );
    }
    keep('map', key, {
      geojson,
      ...(property === undefined ? {} : { property }),
      ...(title === undefined ? {} : { title }),
    });
  },
  /** A picture: its bytes, as PNG, JPEG, WebP, GIF or SVG, and what is to be seen on it. */
  image: (key: string, bytes: Uint8Array, { alt = '' }: { readonly alt?: string } = {}) =>
    keep('image', key, { contentType: imageType(key, bytes), base64: Buffer.from(bytes).toString('base64'), alt }),
  link: (key: string, link: LinkArtifact) => keep('link', key, { url: link.url, text: link.text ?? link.url }),
};

const LARGEST_BYTES = 1024 * 1024;

const GEOJSON: ReadonlySet<string> = new Set([
  'FeatureCollection',
  'Feature',
  'GeometryCollection',
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
]);

/** By its first bytes: what others are told that it is must be what it is. */
function imageType(key: string, bytes: Uint8Array): string {
  const begin = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  if (begin.startsWith('\x89PNG\r\n')) return 'image/png';
  if (begin.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (begin.startsWith('GIF8')) return 'image/gif';
  if (begin.startsWith('RIFF') && begin.slice(8, 12) === 'WEBP') return 'image/webp';
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg[\s>]/s.test(begin)) return 'image/svg+xml';
  throw new ArcosError('INVALID', `The image "${key}" is none of PNG, JPEG, WebP, GIF and SVG`);
}

function keep(kind: ArtifactKind, key: string, value: unknown): void {
  const why = notJson(value);
  if (why !== undefined) throw new ArcosError('INVALID', `The artifact "${key}" cannot be kept as JSON: ${why}`);
  const data = JSON.stringify(value);
  if (Buffer.byteLength(data) > LARGEST_BYTES) {
    throw new ArcosError('TOO_LARGE', `The artifact "${key}" has ${data.length} bytes; ${LARGEST_BYTES} are allowed`, {
      hint: 'Put the data into the lake or a table, and a link or its first rows here.',
    });
  }
  const { task, now = () => new Date().toISOString(), emit = printEvent } = currentScope() ?? {};
  const event: ArtifactEvent = { kind: 'artifact', key, artifact: kind, data, at: now() };
  emit(task === undefined ? event : { ...event, task });
}
