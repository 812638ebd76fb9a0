import { readRunEnvironment } from '../base/environment.ts';
import { ArcosError } from '../base/errors.ts';
import { patiently } from '../base/patience.ts';
import { lakeClient } from '../lake/client.ts';
import type { ObjectStore } from '../lake/port.ts';
import { warehouseClient } from '../warehouse/client.ts';
import type { WarehouseClient } from '../warehouse/port.ts';
import { csvLine, rowTexts } from './csv.ts';
import { checkColumns, checkName } from './names.ts';
import { partitionFolder } from './partition.ts';
import type { PartitionBy, Row } from './rows.ts';
import { openSpool, type SpooledFile } from './spool.ts';

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

const UPLOADS_AT_ONCE = 4;

/**
 * Writes rows to `staging/<dataset>/<table>/<key=value>/data.csv` in the project's bucket, and declares the
 * external table `<dataset>_staging.<table>`, whose columns are all STRING. Every row is checked before the
 * first file goes up, and a file's name follows from its partition: a task that is tried again doubles nothing.
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
  const { project, dataset, table, columns, rows, partitionBy, mode } = options;
  const keys = partitionBy?.keys ?? [];
  checkName('dataset', dataset);
  checkName('table', table);
  checkColumns(columns, keys);
  const prefix = `staging/${dataset}/${table}/`;
  const spool = await openSpool(csvLine(columns));
  try {
    let number = 0;
    for await (const row of rows) {
      number += 1;
      const line = csvLine(rowTexts(row, columns, number));
      const folder = partitionBy === undefined ? '' : `${partitionFolder(partitionBy.of(row), keys, number)}/`;
      await spool.add(folder, line);
    }
    const files = await spool.finish();
    const names = await upload(lake, project, prefix, files, mode);
    if (mode !== 'append')
      await removeOthers(lake, project, prefix, names, mode === 'overwrite' ? [''] : folders(files));
    await declare(warehouse, {
      project,
      dataset,
      table,
      columns: [...columns, ...keys],
      prefix,
      hive: keys.length > 0,
    });
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

function folders(files: readonly SpooledFile[]): string[] {
  return files.map(({ folder }) => folder);
}

/** Gives the names of the objects. */
async function upload(
  lake: ObjectStore,
  bucket: string,
  prefix: string,
  files: readonly SpooledFile[],
  mode: StageMode,
): Promise<Set<string>> {
  const names = new Set<string>();
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const { folder, sha256, content } = file;
      const name = `${prefix}${folder}${mode === 'append' ? `data_${sha256.slice(0, 16)}` : 'data'}.csv`;
      await patiently(() => lake.write({ bucket, name }, content(), { contentType: 'text/csv' }));
      names.add(name);
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, worker));
  return names;
}

/** Removes what the folders held before. */
async function removeOthers(
  lake: ObjectStore,
  bucket: string,
  prefix: string,
  names: ReadonlySet<string>,
  inFolders: readonly string[],
): Promise<void> {
  for (const folder of inFolders) {
    let pageToken: string | undefined;
    do {
      const request = { bucket, prefix: `${prefix}${folder}`, ...(pageToken === undefined ? {} : { pageToken }) };
      const page = await patiently(() => lake.list(request));
      for (const { name } of page.objects) {
        if (!names.has(name)) await patiently(() => removeIfThere(lake, bucket, name));
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }
}

async function removeIfThere(lake: ObjectStore, bucket: string, name: string): Promise<void> {
  await lake.remove({ bucket, name }).catch((error: unknown) => {
    if (!(error instanceof ArcosError) || error.code !== 'NOT_FOUND') throw error;
  });
}

interface Declaration {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly prefix: string;
  readonly hive: boolean;
}

async function declare(warehouse: WarehouseClient, declaration: Declaration): Promise<void> {
  const { project, dataset, table, columns, prefix, hive } = declaration;
  const staging = `${dataset}_staging`;
  await patiently(() => warehouse.ensureDataset(project, staging));
  await patiently(() =>
    warehouse.putExternalTable({
      path: { project, dataset: staging, table },
      columns: columns.map((name) => ({ name, type: { kind: 'STRING' }, nullable: true })),
      format: 'CSV',
      sourceUris: [`gs://${project}/${prefix}*`],
      ...(hive ? { hivePrefix: `gs://${project}/${prefix}` } : {}),
      csv: { skipLeadingRows: 1, allowQuotedNewlines: true },
    }),
  );
}
