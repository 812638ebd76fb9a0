import { ArcosError } from '../base/errors.ts';
import { collect } from './file/collect.ts';
import { datePartition, keysOf, type PartitionSpec } from './file/datekeys.ts';
import { type NamedColumn, nameColumns } from './file/naming.ts';
import { openTable } from './file/open.ts';
import { type ColumnProfile, Profiler, withPoint } from './file/profile.ts';
import type { ReadOptions, Reject, SourceFile, SourceTable, Value } from './file/source.ts';
import { checkColumns, checkName } from './names.ts';
import { partitionFolder } from './partition.ts';
import type { Progress } from './replace.ts';
import type { Partition, Row } from './rows.ts';
import { type Staged, type StageMode, type StageTarget, stageInto } from './stage.ts';

export interface UploadOptions extends ReadOptions {
  /** A file, a folder or a ZIP archive. */
  readonly path: string;
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
  readonly mode: StageMode;
  /** In the order of the folders, behind those that the files are in. */
  readonly partitions?: readonly PartitionSpec[];
  /** The partition that all files are of, as folders: `ano=2026/mes=3`. */
  readonly within?: string;
  /** Names to be had by columns, by their names in the file. */
  readonly renames?: Readonly<Record<string, string>>;
  /** Rows that may be left out because they cannot be read; 0 unless told. */
  readonly maxRejects?: number;
}

/** A file as it was found to be. */
export interface FileSummary {
  readonly name: string;
  readonly about: string;
  readonly rows: number;
  readonly rejects: number;
}

/** What an upload is going to do, found out by reading everything once. */
export interface UploadPlan {
  readonly options: UploadOptions;
  readonly files: readonly FileSummary[];
  readonly columns: readonly (NamedColumn & ColumnProfile)[];
  readonly partitionKeys: readonly string[];
  /** Partitions with their rows; none for a table without. */
  readonly partitions: ReadonlyMap<string, number>;
  readonly rows: number;
  /** The first of each file, with the file. */
  readonly rejects: readonly (Reject & { readonly file: string })[];
  readonly rejected: number;
  /** Reads everything again into the lake. */
  run(target: StageTarget, progress?: Progress): Promise<Staged>;
  /** Removes what was unpacked. */
  dispose(): Promise<void>;
}

const REJECTS_KEPT = 10;

interface OpenFile {
  readonly file: SourceFile;
  readonly table: SourceTable;
  readonly columns: readonly NamedColumn[];
}

/**
 * Reads files and says what would be staged; nothing leaves this machine before `run`.
 * Throws INVALID, naming file and line, for what cannot be read, named or parted, and for too many rejects.
 */
export async function planUpload(options: UploadOptions): Promise<UploadPlan> {
  checkName('dataset', options.dataset);
  checkName('table', options.table);
  const { files, dispose } = await collect(options.path, options.within);
  try {
    return await plan(options, files, dispose);
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function plan(
  options: UploadOptions,
  files: readonly SourceFile[],
  dispose: () => Promise<void>,
): Promise<UploadPlan> {
  const { renames = {}, partitions: specs = [], maxRejects = 0 } = options;
  const open: OpenFile[] = [];
  for (const file of files) {
    const table = await openTable(file, options);
    open.push({ file, table, columns: nameColumns(file.name, table.columns, renames) });
  }
  const columns = columnsOfAll(open);
  const folderKeys = Object.keys(files[0]?.partition ?? {});
  const keys = [...folderKeys, ...specs.flatMap(keysOf)];
  for (const { column } of specs) {
    if (columns.some(({ name }) => name === column)) continue;
    throw new ArcosError('INVALID', `There is no column "${column}" to part the table by`, {
      hint: `The columns are ${columns.map(({ name }) => name).join(', ')}.`,
    });
  }
  // A column that is a key is in the folders, and not in the files too.
  const inFolders = specs.filter(({ grain }) => grain === undefined).map(({ column }) => column);
  const kept = columns.filter(({ name }) => !inFolders.includes(name));
  checkColumns(
    kept.map(({ name }) => name),
    keys,
  );

  const profilers = new Map(columns.map(({ name }) => [name, new Profiler()]));
  const partitions = new Map<string, number>();
  const rejects: (Reject & { file: string })[] = [];
  const summaries: FileSummary[] = [];
  let rejected = 0;
  for (const each of open) {
    let rows = 0;
    let bad = 0;
    const reject = (row: Reject) => {
      bad += 1;
      if (bad <= REJECTS_KEPT) rejects.push({ ...row, file: each.file.name });
    };
    for await (const { row, partition, line } of rowsOf(each, specs, reject)) {
      rows += 1;
      for (const [name, profiler] of profilers) profiler.add(row[name] ?? null);
      if (keys.length === 0) continue;
      const folder = partitionFolder(partition, keys, line);
      partitions.set(folder, (partitions.get(folder) ?? 0) + 1);
    }
    rejected += bad;
    summaries.push({ name: each.file.name, about: each.table.about, rows, rejects: bad });
  }
  if (rejected > maxRejects) throw tooManyRejects(rejected, maxRejects, rejects);
  const profiled = columns.map((column) => ({ ...column, ...(profilers.get(column.name) ?? new Profiler()).result() }));
  const commas = profiled.filter(({ decimalComma }) => decimalComma).map(({ name }) => name);
  const partitionOf = new WeakMap<Row, Partition>();

  async function* rows(): AsyncGenerator<Row> {
    for (const each of open) {
      for await (const { row, partition } of rowsOf(each, specs, () => {})) {
        for (const name of commas) row[name] = row[name] == null ? null : withPoint(row[name]);
        for (const name of inFolders) delete row[name];
        partitionOf.set(row, partition);
        yield row;
      }
    }
  }

  return {
    options,
    files: summaries,
    columns: profiled,
    partitionKeys: keys,
    partitions,
    rows: summaries.reduce((sum, file) => sum + file.rows, 0),
    rejects,
    rejected,
    dispose,
    run: (target, progress) =>
      stageInto(target, {
        project: options.project,
        dataset: options.dataset,
        table: options.table,
        mode: options.mode,
        columns: kept.map(({ name }) => name),
        rows: rows(),
        ...(keys.length === 0 ? {} : { partitionBy: { keys, of: (row: Row) => partitionOf.get(row) ?? {} } }),
        ...(progress === undefined ? {} : { progress }),
      }),
  };
}

interface ReadRow {
  /** By the names that the columns get. */
  readonly row: Record<string, Value>;
  readonly partition: Partition;
  readonly line: number;
}

/** Throws INVALID, naming file and line, for a row that belongs in no partition. */
async function* rowsOf(
  { file, table, columns }: OpenFile,
  specs: readonly PartitionSpec[],
  reject: (row: Reject) => void,
): AsyncGenerator<ReadRow> {
  for await (const { values, line } of table.rows(reject)) {
    const row: Record<string, Value> = {};
    for (const [index, { name }] of columns.entries()) row[name] = values[index] ?? null;
    const partition: Record<string, string | number> = { ...file.partition };
    for (const { column, grain } of specs) {
      const value = row[column] ?? null;
      const parts =
        value === null ? undefined : grain === undefined ? { [column]: value } : datePartition(value, grain);
      if (parts === undefined) throw noPartition(file, line, column, value);
      Object.assign(partition, parts);
    }
    yield { row, partition, line };
  }
}

function noPartition(file: SourceFile, line: number, column: string, value: Value): ArcosError {
  const what = value === null ? `"${column}" is empty` : `"${value}" in "${column}" is no date`;
  return new ArcosError('INVALID', `${file.name}:${line}: ${what}, so the row has no partition`, {
    hint: 'Fill it in, leave such rows out, or part the table by another column.',
  });
}

/** Members that are absent are nothing unusual there; a table that lacks a column is another table. */
const SPARSE = new Set(['jsonl', 'geojson', 'kml']);

/** Throws INVALID for files with other columns than the first one has. */
function columnsOfAll(open: readonly OpenFile[]): readonly NamedColumn[] {
  const all = new Map<string, NamedColumn>();
  for (const { columns } of open) for (const column of columns) all.set(column.name, all.get(column.name) ?? column);
  for (const { file, columns } of open) {
    if (SPARSE.has(file.format) || columns.length === all.size) continue;
    const lacking = [...all.keys()].filter((name) => !columns.some((column) => column.name === name));
    const other = open.find((each) => each.columns.some(({ name }) => name === lacking[0]));
    throw new ArcosError('INVALID', `${file.name} has no ${lacking.join(', ')}, which ${other?.file.name} has`, {
      hint: 'Files of one table have the same columns. Upload them one by one, or repair the names with --rename.',
    });
  }
  return [...all.values()];
}

function tooManyRejects(
  found: number,
  allowed: number,
  rejects: readonly (Reject & { readonly file: string })[],
): ArcosError {
  const shown = rejects.slice(0, 5).map(({ file, line, reason }) => `\n  ${file}:${line}: ${reason}`);
  const rows = found === 1 ? '1 row' : `${found} rows`;
  return new ArcosError('INVALID', `${rows} cannot be read:${shown.join('')}`, {
    hint: `Repair them, or leave them out with --max-rejects ${found}${allowed === 0 ? '' : ` instead of ${allowed}`}.`,
  });
}
