import { ArcosError } from '../../base/errors.ts';
import { tableOf } from './features.ts';
import { openBytes, type SourceFile, type SourceTable } from './source.ts';
import type { Geometry } from './wkt.ts';
import { parseXml } from './xml.ts';

/** KML 2.3 (OGC 12-007r2): each placemark with its name, description, extended data and geometry. */
export async function openKml(file: SourceFile): Promise<SourceTable> {
  const features: { properties: Record<string, unknown>; geometry: Geometry | null }[] = [];
  let properties: Record<string, unknown> = {};
  let shapes: Geometry[] = [];
  let rings: number[][][] = [];
  let line: number[][] = [];
  let field = '';
  let text = '';
  const path: string[] = [];
  await parseXml(openBytes(file), {
    open(name, attributes) {
      path.push(name);
      text = '';
      if (name === 'Placemark') {
        properties = {};
        shapes = [];
      }
      if (name === 'Polygon') rings = [];
      if (name === 'Data' || name === 'SimpleData') field = attributes['name'] ?? '';
    },
    text(piece) {
      text += piece;
    },
    close(name) {
      path.pop();
      const parent = path.at(-1);
      if (name === 'name' && parent === 'Placemark') properties['name'] = text.trim();
      if (name === 'description' && parent === 'Placemark') properties['description'] = text.trim();
      if ((name === 'value' && parent === 'Data') || name === 'SimpleData') properties[field] = text.trim();
      if (name === 'coordinates') line = positions(text);
      if (name === 'LinearRing') rings.push(line);
      if (name === 'Point') shapes.push({ type: 'Point', coordinates: line[0] ?? [] });
      if (name === 'LineString') shapes.push({ type: 'LineString', coordinates: line });
      if (name === 'Polygon') shapes.push({ type: 'Polygon', coordinates: rings });
      if (name === 'Placemark') features.push({ properties, geometry: together(shapes) });
    },
  });
  if (features.length === 0) throw new ArcosError('INVALID', `${file.name} has no placemarks`);
  return tableOf('KML', features);
}

function positions(text: string): number[][] {
  return text
    .trim()
    .split(/\s+/)
    .filter((each) => each !== '')
    .map((each) => each.split(',').slice(0, 2).map(Number));
}

function together(shapes: readonly Geometry[]): Geometry | null {
  const [only] = shapes;
  return shapes.length > 1 ? { type: 'GeometryCollection', geometries: shapes } : (only ?? null);
}
