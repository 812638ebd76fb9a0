import { readRunEnvironment } from '../base/environment.ts';
import { ArcosError } from '../base/errors.ts';
import { lakeClient } from '../lake/client.ts';
import type { ObjectStore } from '../lake/port.ts';
import { warehouseClient } from '../warehouse/client.ts';
import type { WarehouseClient } from '../warehouse/port.ts';
import { csvLine, rowTexts } from './csv.ts';
import { checkColumns, checkName } from './names.ts';
import { partitionFolder } from './partition.ts';
import { findStaging, type Progress, replaceFiles } from './replace.ts';
import type { PartitionBy, Row } from './rows.ts';
import { openSpool } from './spool.ts';

/**
 * - `overwrite`: the table has these rows afterwards and no others;
 * - `overwrite_partition`: so does each partition that a row belongs in, the others stay;
 * - `append`: the rows come to those that are there; the same rows again add nothing.
 */
export type StageMode = 'append' | 'overwrite' | 'overwrite_partition';

export interface StageOptions<Input extends Row> {
  readonly dataset: string;
  readonly table: string;
  /** In the order of the file. */
  readonly columns: readonly (string & keyof Input)[];
  /** Read once, a row at a time: as many as a disk holds. */
  readonly rows: Iterable<Input> | AsyncIterable<Input>;
  readonly partitionBy?: PartitionBy<Input>;
  readonly mode: StageMode;
  /** Unless told, the project of the run's namespace. */
  readonly project?: string;
  readonly progress?: Progress;
}

export interface Staged {
  /** `project.dataset_staging.table` */
  readonly table: string;
  readonly rows: number;
  /** Of the files. */
  readonly bytes: number;
  /** Files written. */
  readonly objects: number;
}

/**
 * Writes rows to `staging/<dataset>/<table>/<key=value>/data.csv` in the project's bucket, and declares the
 * external table `<dataset>_staging.<table>`, whose columns are all STRING. Every row is checked before the
 * first file goes up, and a file's name follows from its partition: a task that is tried again doubles nothing.
 * Readers see the table as it was until all files are there, and then as it is to be: at once, up to 2,000 files.
 * Throws INVALID for bad names, rows and partitions, naming the row and the fix, with nothing uploaded.
 */
export async function stage<Input extends Row>(options: StageOptions<Input>): Promise<Staged> {
  const environment = readRunEnvironment();
  if (environment === undefined) {
    throw new ArcosError('CONFIG', 'stage() needs a server to upload to, and this run has none: it runs by hand', {
      hint: 'Deploy the flow, or set ARCOS_SERVER, ARCOS_KEY, ARCOS_PROJECT and ARCOS_RUN to borrow those of one.',
    });
  }
  const { server: baseUrl, key, project } = environment;
  return stageInto(
    { lake: lakeClient({ baseUrl, key }), warehouse: warehouseClient({ baseUrl, key }) },
    { ...options, project: options.project ?? project },
  );
}

export interface StageTarget {
  readonly lake: ObjectStore;
  readonly warehouse: WarehouseClient;
}

/** `stage` on a lake and a warehouse of the caller's choice. */
export async function stageInto<Input extends Row>(
  { lake, warehouse }: StageTarget,
  options: StageOptions<Input> & { readonly project: string },
): Promise<Staged> {
  const { project, dataset, table, columns, rows, partitionBy, mode, progress } = options;
  const keys = partitionBy?.keys ?? [];
  checkName('dataset', dataset);
  checkName('table', table);
  checkColumns(columns, keys);
  const order = mode === 'overwrite' ? columns : await orderOf({ lake, warehouse }, { ...options, keys });
  const spool = await openSpool(csvLine(order));
  try {
    let number = 0;
    for await (const row of rows) {
      number += 1;
      const line = csvLine(rowTexts(row, order, number));
      const folder = partitionBy === undefined ? '' : `${partitionFolder(partitionBy.of(row), keys, number)}/`;
      await spool.add(folder, line);
    }
    const files = await spool.finish();
    const target = { project, dataset, table, columns: order, keys };
    await replaceFiles({ lake, warehouse }, target, { files, mode, progress });
    return {
      table: `${project}.${dataset}_staging.${table}`,
      rows: number,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      objects: files.length,
    };
  } finally {
    await spool.dispose();
  }
}

/** The columns in the order of the files that are there. Throws INVALID for others than those. */
async function orderOf(
  { warehouse }: StageTarget,
  {
    keys,
    columns,
    mode,
    ...place
  }: Pick<StageOptions<Row>, 'dataset' | 'table' | 'columns' | 'mode'> & { project: string; keys: readonly string[] },
): Promise<readonly string[]> {
  const before = await findStaging(warehouse, place);
  if (before === undefined) return columns;
  const there = before.columns.map(({ name }) => name);
  const given = [...columns, ...keys];
  const surplus = given.filter((name) => !there.includes(name));
  const missing = there.filter((name) => !given.includes(name));
  const keysThere = keys.length === 0 ? [] : there.slice(-keys.length);
  if (surplus.length === 0 && missing.length === 0 && keysThere.join() === keys.join()) {
    return there.filter((name) => !keys.includes(name));
  }
  const differences = [
    ...(surplus.length === 0 ? [] : [`the table has no ${surplus.join(', ')}`]),
    ...(missing.length === 0 ? [] : [`the rows have no ${missing.join(', ')}`]),
    ...(surplus.length + missing.length === 0 ? [`the partition keys are not ${keys.join(', ')}`] : []),
  ];
  throw new ArcosError('INVALID', `${place.dataset}.${place.table} has other columns: ${differences.join('; ')}`, {
    hint: `With mode "${mode}" the columns stay as they are; "overwrite" changes them.`,
  });
}
