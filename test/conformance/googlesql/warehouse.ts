import { ArcosError } from '../../../src/base/errors.ts';
import type { Json } from '../../../src/base/json.ts';
import type { LiteralValue } from '../../../src/sql/bound.ts';
import type { Partitioning } from '../../../src/sql/catalog.ts';
import { parseScript } from '../../../src/sql/parse.ts';
import type { SqlType } from '../../../src/sql/type.ts';
import { decodeRows, type RestRow } from '../../../src/warehouse/decode.ts';
import type { QueryDestination } from '../../../src/warehouse/querydestination.ts';
import { openTestWarehouse, type TestWarehouse } from '../../../src/warehouse/testing.ts';
import { setup } from '../../support/postgres.ts';
import type { Case } from './cases.ts';
import type { Answer } from './compare.ts';
import { literalOf, parametersOf } from './parameters.ts';
import { type Places, placed, placesOf } from './places.ts';

/** The warehouse itself, with its store, lake and engine, for cases that need more than statements. */
export class WarehouseWorld {
  readonly #open: TestWarehouse;
  readonly #resources: AsyncDisposableStack;
  #count = 0;

  private constructor(open: TestWarehouse, resources: AsyncDisposableStack) {
    this.#open = open;
    this.#resources = resources;
  }

  static async open(): Promise<WarehouseWorld> {
    await using opening = new AsyncDisposableStack();
    opening.defer(await setup());
    const open = await openTestWarehouse();
    opening.defer(() => open.close());
    return new WarehouseWorld(open, opening.move());
  }

  /** The answer to a case, on a dataset of its own. The dataset is made where the case has a set-up to fill it. */
  async ask(one: Case): Promise<Answer> {
    const { warehouse, editor } = this.#open;
    const dataset = `conformance_${++this.#count}`;
    const places = placesOf('rio', dataset, 'rio');
    if (one.setup !== undefined) {
      const client = warehouse.client(editor);
      await client.ensureDataset('rio', dataset);
      await client.query({ sql: placed(one.setup, places), project: 'rio' });
    }
    const sql = placed(one.query, places);
    const parameters = parametersOf(one);
    const destination = destinationOf(one, places);
    const { job, page } = await warehouse.run(editor, {
      sql,
      project: 'rio',
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(destination === undefined ? {} : { destination }),
    });
    const columns = job.columns ?? [];
    const rows = decodeRows(columns, JSON.parse(`[${page.micros ?? page.seconds}]`) as RestRow[]);
    return {
      columns,
      rows: rows.map((row) => columns.map(({ name, type }) => answered(row[name] ?? null, type))),
      ordered: isOrdered(sql),
    };
  }

  close(): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

/** Values as the front end's own answers have them: bytes one character a byte. */
function answered(value: Json, type: SqlType): LiteralValue {
  if (type.kind === 'JSON') return value === null ? null : JSON.stringify(value);
  if (type.kind === 'BYTES' && typeof value === 'string') return Buffer.from(value, 'base64').toString('latin1');
  return literalOf(value, type);
}

function isOrdered(sql: string): boolean {
  const statement = parseScript(sql).script.statements.at(-1);
  return statement?.kind === 'query' && statement.query.orderBy.length > 0;
}

/** The destination of a case's `job_config`, in the words of BigQuery's Python client. */
function destinationOf({ job_config: config }: Case, places: Places): QueryDestination | undefined {
  const name = config?.['destination'];
  if (config === undefined || typeof name !== 'string') return undefined;
  const [project = '', dataset = '', table = ''] = placed(name, places).split('.');
  const disposition = config['write_disposition'];
  const partitioning = partitioningOf(config['time_partitioning']);
  const clustering = config['clustering_fields'];
  const updates = config['schema_update_options'];
  return {
    table: { project, dataset, table },
    ...(typeof disposition === 'string' ? { writeDisposition: disposition } : {}),
    ...(partitioning === undefined ? {} : { partitioning }),
    ...(Array.isArray(clustering) ? { clustering: clustering.map(String) } : {}),
    ...(Array.isArray(updates) ? { schemaUpdateOptions: updates.map(String) } : {}),
  };
}

function partitioningOf(value: Json | undefined): Partitioning | undefined {
  if (value === undefined) return undefined;
  const { type: unit, field: column } = value as { type?: string; field?: string };
  if (unit !== 'HOUR' && unit !== 'DAY' && unit !== 'MONTH' && unit !== 'YEAR') {
    throw new ArcosError('INVALID', `There is no partitioning by ${unit ?? 'nothing'}`);
  }
  return column === undefined ? { kind: 'ingestion', unit } : { kind: 'time', column, unit };
}
