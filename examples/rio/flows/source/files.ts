import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { COLUMNS, type Row, type Source } from './source.ts';

/**
 * The same tables from the city's real files: calls of 1746, neighbourhoods (GeoJSON and their list), floods
 * and the GTFS. There are no rain readings among them.
 */
export function fileSource(folder: string): Source {
  const csv = (path: string) => readCsv(join(folder, path));
  return {
    name: `arquivos de ${folder}`,
    async *chamados() {
      for (const name of (await readdir(join(folder, '1746'))).sort()) {
        if (!name.startsWith('chamados_')) continue;
        for await (const row of csv(`1746/${name}`)) yield pick(row, COLUMNS.chamados);
      }
    },
    async *bairros() {
      const districts = new Map<string, string>();
      for await (const row of csv('1746/bairros_dim.csv'))
        districts.set(String(row['id_bairro']), String(row['subprefeitura']));
      const { features } = JSON.parse(
        await readFile(join(folder, 'geo/bairros_simplificado.geojson'), 'utf8'),
      ) as GeoJson;
      for (const { properties, geometry } of features) {
        const id = String(Number(properties.codbairro));
        yield {
          id_bairro: id,
          nome: properties.nome,
          subprefeitura: districts.get(id) ?? properties.rp,
          geometria: JSON.stringify(geometry),
        };
      }
    },
    *chuva() {},
    async *ocorrencias() {
      for await (const row of csv('cor/ocorrencias_alagamento_2022-01_2024-01.csv'))
        yield pick(row, COLUMNS.ocorrencias);
    },
    async *paradas() {
      for await (const row of csv('transporte/gtfs_brt_2021/stops.txt')) yield pick(row, COLUMNS.paradas);
    },
  };
}

interface GeoJson {
  readonly features: readonly {
    readonly properties: { readonly codbairro: string; readonly nome: string; readonly rp: string };
    readonly geometry: unknown;
  }[];
}

async function* readCsv(path: string): AsyncGenerator<Row> {
  const parser = createReadStream(path).pipe(parse({ columns: true, bom: true }));
  for await (const row of parser) yield row as Row;
}

/** The row with just these columns; those a file lacks are empty. */
function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] === '' ? null : (row[column] ?? null)]));
}
