import { ArcosError } from '../base/errors.ts';
import type { QueryParameter, QueryResult, TableInfo } from '../warehouse/port.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { createKept } from './answers.ts';
import { fingerprint } from './cursor.ts';
import { createGate } from './gate.ts';
import { compileRows, type RowsRequest } from './odsql/compile.ts';
import type { Publication, Publications } from './publication.ts';
import { MOST_ROWS } from './publicsql.ts';

/** Questions of the public to the warehouse: a few at a time, each bounded in time and in what it reads. */
export interface Asker {
  /** Throws QUOTA, TIMEOUT and TOO_LARGE. */
  ask(
    used: readonly Publication[],
    project: string,
    sql: string,
    parameters: readonly QueryParameter[],
  ): Promise<QueryResult>;
  /** The first rows of what is asked of a table, kept until the table changes. Throws INVALID for what cannot be asked. */
  rows(publication: Publication, info: TableInfo, request: RowsRequest, limit: number): Promise<QueryResult>;
  /** Differs for each state of a table. What a view gives changes without the view: it is asked again each minute. */
  stateOf(info: TableInfo | undefined): Promise<string>;
}

/** What one question may read. */
const MOST_BYTES = 2 ** 31;
/** Rows of answers that are kept. */
const MOST_KEPT = 200_000;

export function createAsker(warehouse: Warehouse, publications: Publications): Asker {
  const gate = createGate({ running: 3, waiting: 200, milliseconds: 10_000, patience: 15_000 });
  const kept = createKept<QueryResult>(MOST_KEPT, ({ rows }) => 1 + rows.length);

  const asker: Asker = {
    async ask(used, project, sql, parameters) {
      const reader = await publications.readerOf(project, used);
      return gate.pass(async (signal) => {
        const request = { sql, project, ...(parameters.length === 0 ? {} : { parameters }) };
        const { bytesProcessed } = await warehouse.dryRun(reader, request);
        if (bytesProcessed > MOST_BYTES) {
          throw new ArcosError('TOO_LARGE', 'This reads more than 2 GiB', {
            hint: 'Read fewer columns, or download the tables.',
          });
        }
        const labels = { origin: 'portal-api' };
        return warehouse.client(reader).query({ ...request, labels, maxRows: MOST_ROWS + 1, signal });
      });
    },

    async rows(publication, info, request, limit) {
      const { sql, parameters } = compileRows(info.path, info.columns, request);
      const key = fingerprint(sql, JSON.stringify(parameters), String(limit), await asker.stateOf(info));
      return kept.get(key, () => asker.ask([publication], publication.project, `${sql}\nLIMIT ${limit}`, parameters));
    },

    async stateOf(info) {
      if (info === undefined) return '';
      const native = await warehouse.catalog.native(info.path);
      const version = native?.version ?? `${info.modifiedAt.toISOString()} ${minuteNow()}`;
      return `${info.path.project}.${info.path.dataset}.${info.path.table}@${version}`;
    },
  };
  return asker;
}

export const minuteNow = (): string => String(Math.floor(Date.now() / 60_000));
