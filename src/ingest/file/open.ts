import type { ReadOptions, SourceFile, SourceTable } from './source.ts';

/** Looks into a file; what reads its format is loaded only then. Throws INVALID for one that cannot be read. */
export async function openTable(file: SourceFile, options: ReadOptions): Promise<SourceTable> {
  switch (file.format) {
    case 'csv':
      return (await import('./delimited.ts')).openDelimited(file, options);
    case 'jsonl':
      return (await import('./jsonlines.ts')).openJsonLines(file);
    case 'parquet':
      return (await import('./parquet.ts')).openParquet(file);
    case 'xlsx':
      return (await import('./workbook.ts')).openWorkbook(file, options);
    case 'geojson':
      return (await import('./features.ts')).openGeoJson(file);
    case 'shapefile':
      return (await import('./features.ts')).openShapes(file);
    case 'kml':
      return (await import('./kml.ts')).openKml(file);
  }
}
