import type { Row } from '../warehouse/port.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Publication, Publications } from './publication.ts';

/** The first rows of published tables, asked for once for each state of a table. */
export interface Previews {
  rows(publication: Publication, table: string, columns: readonly string[]): Promise<readonly Row[]>;
}

const ROWS = 20;

export function createPreviews(warehouse: Warehouse, publications: Publications): Previews {
  const known = new Map<string, { version: string; rows: Promise<readonly Row[]> }>();

  async function read(publication: Publication, table: string, columns: readonly string[]): Promise<readonly Row[]> {
    const { project, dataset } = publication;
    const list = columns.map((column) => `\`${column}\``).join(', ');
    const client = warehouse.client(await publications.reader(publication));
    const sql = `SELECT ${list} FROM \`${project}.${dataset}.${table}\` ORDER BY 1 LIMIT ${ROWS}`;
    return (await client.query({ sql, project, labels: { origin: 'portal' } })).rows;
  }

  return {
    async rows(publication, table, columns) {
      const { project, dataset } = publication;
      const key = `${project}.${dataset}.${table}`;
      const version = (await warehouse.catalog.native({ project, dataset, table }))?.version ?? '';
      const kept = known.get(key);
      if (kept?.version === version && version !== '') return kept.rows;
      const rows = read(publication, table, columns);
      known.set(key, { version, rows });
      rows.catch(() => known.delete(key));
      return rows;
    },
  };
}
