import { ArcosError } from '../base/errors.ts';
import { patiently } from '../base/patience.ts';
import type { ObjectStore } from '../lake/port.ts';
import type { TableInfo, WarehouseClient } from '../warehouse/port.ts';
import type { SpooledFile } from './spool.ts';
import type { StageMode, StageTarget } from './stage.ts';

/** Where a table's files go, and what they are. */
export interface StagingTable {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
  /** Of the files, in their order. */
  readonly columns: readonly string[];
  readonly keys: readonly string[];
}

/** Bytes that are in the lake so far, of all. */
export type Progress = (done: number, total: number) => void;

const UPLOADS_AT_ONCE = 4;
/** Copies of one commit where all do not fit into one. */
const PIECE = 1_000;
const ABANDONED_MS = 7 * 24 * 3_600_000;
/** Description of a table whose new files are not yet where its readers in the bucket look for them. */
const UNFINISHED = 'An overwrite with other columns is under way.';

/**
 * Puts files in the place of a table's. They go aside first, under names that follow from their content, so an
 * interrupted upload goes on with what is missing; then one commit of the lake shows them all
 * (docs/adr/0008-staging-commit.md).
 */
export async function replaceFiles(
  { lake, warehouse }: StageTarget,
  table: StagingTable,
  { files, mode, progress }: { files: readonly SpooledFile[]; mode: StageMode; progress?: Progress | undefined },
): Promise<void> {
  const before = await findStaging(warehouse, table);
  if (before?.description === UNFINISHED && mode !== 'overwrite') {
    throw new ArcosError('CONFLICT', `An overwrite of ${table.dataset}.${table.table} was interrupted`, {
      hint: 'Run that one again first: it goes on where it was.',
    });
  }
  const changes = mode === 'overwrite' && before !== undefined && !sameColumns(before, table);
  for (let attempt = 1; ; attempt += 1) {
    await upload(lake, table, files, progress);
    try {
      // Readers of the table change over to all new files and columns with this one call.
      if (changes) await declare(warehouse, table, { files });
      await commit(lake, table, files, mode);
      break;
    } catch (error) {
      // Whoever stages the same content at the same time may have tidied it away.
      if (!(error instanceof ArcosError && error.code === 'NOT_FOUND') || attempt === 3) throw error;
    }
  }
  await declare(warehouse, table, before?.description === undefined ? {} : { description: before.description });
  await tidy(lake, table, files);
}

/** The staging table as it is, if it is there. */
export function findStaging(
  warehouse: WarehouseClient,
  { project, dataset, table }: Pick<StagingTable, 'project' | 'dataset' | 'table'>,
): Promise<TableInfo | undefined> {
  return patiently(() => warehouse.table({ project, dataset: `${dataset}_staging`, table }));
}

function sameColumns(before: TableInfo, { columns, keys }: StagingTable): boolean {
  return before.columns.map(({ name }) => name).join() === [...columns, ...keys].join();
}

const finalPrefix = ({ dataset, table }: StagingTable) => `staging/${dataset}/${table}/`;
const asidePrefix = ({ dataset, table }: StagingTable) => `upload/${dataset}/${table}/`;

function asideName(table: StagingTable, { folder, sha256 }: SpooledFile): string {
  return `${asidePrefix(table)}${folder}${sha256}.csv`;
}

function finalName(table: StagingTable, { folder, sha256 }: SpooledFile, mode: StageMode): string {
  return `${finalPrefix(table)}${folder}${mode === 'append' ? `data_${sha256.slice(0, 16)}` : 'data'}.csv`;
}

async function upload(
  lake: ObjectStore,
  table: StagingTable,
  files: readonly SpooledFile[],
  progress: Progress = () => {},
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const there = new Set((await listAside(lake, table)).map(({ name }) => name));
  let done = 0;
  const count = async function* (content: AsyncIterable<Uint8Array>) {
    for await (const chunk of content) {
      yield chunk;
      done += chunk.length;
      progress(Math.min(done, total), total);
    }
  };
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const { bytes, content } = file;
      const name = asideName(table, file);
      if (there.has(name)) done += bytes;
      else {
        const begun = done;
        await patiently(() => {
          done = Math.min(done, begun + bytes);
          return lake.write({ bucket: table.project, name }, count(content()), { contentType: 'text/csv' });
        });
      }
      progress(Math.min(done, total), total);
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, worker));
}

async function commit(
  lake: ObjectStore,
  table: StagingTable,
  files: readonly SpooledFile[],
  mode: StageMode,
): Promise<void> {
  const bucket = table.project;
  const prefix = finalPrefix(table);
  const copy = files.map((file) => ({ from: asideName(table, file), to: finalName(table, file, mode) }));
  // Every prefix ends in a slash, or `id=1` would be `id=10` too.
  const clear =
    mode === 'append' ? [] : mode === 'overwrite' ? [prefix] : files.map(({ folder }) => `${prefix}${folder}`);
  try {
    await patiently(() => lake.commit({ bucket, copy, clear }));
  } catch (error) {
    if (!(error instanceof ArcosError && error.code === 'TOO_LARGE')) throw error;
    for (let start = 0; start < copy.length; start += PIECE) {
      await patiently(() => lake.commit({ bucket, copy: copy.slice(start, start + PIECE), clear: [] }));
    }
    const kept = new Set(copy.map(({ to }) => to));
    for (const below of clear) {
      for (const { name } of await listAll(lake, bucket, below)) if (!kept.has(name)) await remove(lake, bucket, name);
    }
  }
}

/** Removes what was uploaded aside, now and by uploads that nobody went on with. */
async function tidy(lake: ObjectStore, table: StagingTable, files: readonly SpooledFile[]): Promise<void> {
  const own = new Set(files.map((file) => asideName(table, file)));
  const abandoned = Date.now() - ABANDONED_MS;
  const aside = await listAside(lake, table);
  const waiting = aside.filter(({ name, createdAt }) => own.has(name) || createdAt.getTime() < abandoned);
  const worker = async () => {
    for (let object = waiting.shift(); object !== undefined; object = waiting.shift()) {
      await remove(lake, table.project, object.name);
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, worker));
}

const listAside = (lake: ObjectStore, table: StagingTable) => listAll(lake, table.project, asidePrefix(table));

async function listAll(lake: ObjectStore, bucket: string, prefix: string) {
  const objects = [];
  let pageToken: string | undefined;
  do {
    const page = await patiently(() =>
      lake.list({ bucket, prefix, ...(pageToken === undefined ? {} : { pageToken }) }),
    );
    objects.push(...page.objects);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return objects;
}

async function remove(lake: ObjectStore, bucket: string, name: string): Promise<void> {
  await patiently(() => lake.remove({ bucket, name })).catch((error: unknown) => {
    if (!(error instanceof ArcosError) || error.code !== 'NOT_FOUND') throw error;
  });
}

/** Declares the external table over its place in the bucket or, while that is made, over files aside. */
async function declare(
  warehouse: WarehouseClient,
  table: StagingTable,
  { files, description }: { files?: readonly SpooledFile[]; description?: string },
): Promise<void> {
  const { project, dataset, columns, keys } = table;
  const staging = `${dataset}_staging`;
  const prefix = `gs://${project}/${files === undefined ? finalPrefix(table) : asidePrefix(table)}`;
  const said = files === undefined ? (description === UNFINISHED ? undefined : description) : UNFINISHED;
  await patiently(() => warehouse.ensureDataset(project, staging));
  await patiently(() =>
    warehouse.putExternalTable({
      path: { project, dataset: staging, table: table.table },
      columns: [...columns, ...keys].map((name) => ({ name, type: { kind: 'STRING' }, nullable: true })),
      format: 'CSV',
      sourceUris: files?.map((file) => `gs://${project}/${asideName(table, file)}`) ?? [`${prefix}*`],
      ...(keys.length > 0 ? { hivePrefix: prefix } : {}),
      csv: { skipLeadingRows: 1, allowQuotedNewlines: true },
      ...(said === undefined ? {} : { description: said }),
    }),
  );
}
