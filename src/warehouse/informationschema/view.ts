import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo, TablePath } from '../../sql/catalog.ts';
import type { SqlType } from '../../sql/type.ts';
import type { Authoriser } from '../authorise.ts';
import type { Dataset, WarehouseCatalog } from '../catalog/catalog.ts';
import type { Jobs } from '../jobs.ts';
import type { TableInfo } from '../port.ts';

/** What a view's rows are made from: only what the reader may see is in it. */
export interface Scope {
  readonly catalog: WarehouseCatalog;
  readonly jobs: Jobs;
  readonly authoriser: Authoriser;
  /** Id of who reads. */
  readonly principal: string;
  readonly project: string;
  /** The one that was named, or all of the project. */
  datasets(): Promise<readonly Dataset[]>;
  tables(): Promise<readonly TableInfo[]>;
}

export type SchemaRow = Readonly<Record<string, unknown>>;

/** A view of INFORMATION_SCHEMA: columns as BigQuery documents them. Columns that a row leaves out are NULL. */
export interface SchemaView {
  readonly columns: Readonly<Record<string, SqlType>>;
  /** JSON values by column. */
  rows(scope: Scope): AsyncIterable<SchemaRow> | Promise<readonly SchemaRow[]>;
}

export function columnsOf({ columns }: SchemaView): ColumnInfo[] {
  return Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true }));
}

/** The scope of a name such as `project.dataset.INFORMATION_SCHEMA.TABLES`. Throws DENIED, and NOT_FOUND for a dataset that is not there. */
export function scopeOf(
  known: Pick<Scope, 'catalog' | 'jobs' | 'authoriser' | 'principal'>,
  { project, dataset }: TablePath,
): Scope {
  const { catalog, authoriser } = known;

  async function datasets(): Promise<Dataset[]> {
    if (dataset === '') {
      await authoriser.demandProject('dataset.list', project);
      const all = await catalog.datasets(project);
      const seen = await Promise.all(all.map((one) => authoriser.allows('dataset.list', project, one.dataset)));
      return all.filter((_, index) => seen[index]);
    }
    await authoriser.demandDataset('dataset.list', project, dataset);
    const found = await catalog.dataset(project, dataset);
    if (found === undefined) throw new ArcosError('NOT_FOUND', `Not found: Dataset ${project}:${dataset}`);
    return [found];
  }

  return {
    ...known,
    project,
    datasets,
    async tables() {
      const lists = await Promise.all((await datasets()).map((one) => catalog.tables(project, one.dataset)));
      const all = lists.flat();
      const seen = await Promise.all(
        all.map(({ path }) => authoriser.allows('table.describe', project, path.dataset, path.table)),
      );
      return all.filter((_, index) => seen[index]);
    },
  };
}

/** A table's name as most views have it. */
export function tableColumns({ path: { project, dataset, table } }: Pick<TableInfo, 'path'>) {
  return { table_catalog: project, table_schema: dataset, table_name: table };
}

export const yesNo = (value: boolean): string => (value ? 'YES' : 'NO');
