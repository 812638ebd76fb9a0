import { ArcosError } from '../../base/errors.ts';
import type { Lake } from '../../lake/lake.ts';
import type { ColumnInfo, CsvOptions, ExternalFile, ExternalRelation, TablePath } from '../../sql/catalog.ts';
import { STRING } from '../../sql/type.ts';
import type { ExternalDefinition } from '../tables.ts';

const CSV_DEFAULTS: CsvOptions = {
  delimiter: ',',
  quote: '"',
  skipLeadingRows: 0,
  encoding: 'UTF-8',
  allowQuotedNewlines: false,
  allowJaggedRows: false,
};

/** An external table with the files it has at this moment. */
export async function externalRelation(
  lake: Lake,
  path: TablePath,
  columns: readonly ColumnInfo[],
  definition: ExternalDefinition,
): Promise<ExternalRelation> {
  const files = await lakeFiles(lake, definition);
  const partitionKeys = partitionKeysOf(files, columns, definition);
  return {
    kind: 'external',
    path,
    columns,
    format: definition.format,
    files,
    partitionKeys,
    ...(definition.format === 'CSV' ? { csv: { ...CSV_DEFAULTS, ...definition.csv } } : {}),
  };
}

/** A file of the lake, with the object's name as people know it. */
export interface LakeFile extends ExternalFile {
  /** `gs://bucket/name` */
  readonly object: string;
  /** Bytes. */
  readonly size: number;
}

/** The files that source URIs stand for at this moment. */
export async function lakeFiles(
  lake: Lake,
  { sourceUris, hivePrefix }: Pick<ExternalDefinition, 'sourceUris' | 'hivePrefix'>,
): Promise<LakeFile[]> {
  return (await Promise.all(sourceUris.map((uri) => filesOf(lake, uri, hivePrefix)))).flat();
}

/**
 * The columns of a new external table: those it was given and, behind them, as STRING, the partition keys that its
 * files have and nobody named (BigQuery, Querying externally partitioned data: mode STRINGS).
 */
export async function withPartitionColumns(
  lake: Lake,
  external: ExternalDefinition & { readonly columns: readonly ColumnInfo[] },
): Promise<readonly ColumnInfo[]> {
  if (external.hivePrefix === undefined) return external.columns;
  const [first] = await lakeFiles(lake, external);
  const named = new Set(external.columns.map(({ name }) => name.toLowerCase()));
  const more = Object.keys(first?.partition ?? {}).filter((key) => !named.has(key.toLowerCase()));
  return [...external.columns, ...more.map((name) => ({ name, type: STRING, nullable: true }))];
}

/** The keys are the folders of the first file; of a table without files, the last columns cannot be told apart. */
function partitionKeysOf(
  files: readonly ExternalFile[],
  columns: readonly ColumnInfo[],
  definition: ExternalDefinition,
): string[] {
  const [first] = files;
  if (definition.hivePrefix === undefined || first === undefined) return [];
  const keys = Object.keys(first.partition);
  for (const file of files) {
    if (Object.keys(file.partition).join() !== keys.join()) {
      throw new ArcosError(
        'INVALID',
        `Partition keys differ between ${first.uri} (${keys.join(', ')}) and ${file.uri}`,
        {
          hint: 'All files of a table need the same key=value folders in the same order.',
        },
      );
    }
  }
  return keys.filter((key) => columns.some((column) => column.name === key));
}

const URI = /^gs:\/\/([^/]+)\/(.*)$/s;

/** The objects a source URI stands for: one, or with `*` all whose names match. */
async function filesOf(lake: Lake, uri: string, hivePrefix: string | undefined): Promise<LakeFile[]> {
  const [, bucket, pattern] = URI.exec(uri) ?? [];
  if (bucket === undefined || pattern === undefined) {
    throw new ArcosError('INVALID', `Invalid source URI "${uri}"`, { hint: 'Write it as gs://bucket/path.' });
  }
  const star = pattern.indexOf('*');
  const objects = await lake.files(bucket, star < 0 ? pattern : pattern.slice(0, star));
  const wanted =
    star < 0
      ? new RegExp(`^${literal(pattern)}$`, 's')
      : new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`, 's');
  const base = hivePrefix === undefined ? undefined : (URI.exec(hivePrefix)?.[2] ?? '');
  return objects
    .filter(({ name, size }) => wanted.test(name) && size > 0 && !name.endsWith('/'))
    .map((object) => ({
      uri: lake.path(object),
      object: `gs://${bucket}/${object.name}`,
      size: object.size,
      partition: base === undefined ? {} : partitionOf(object.name, base),
      ...compressionOf(object.name),
    }));
}

/** A text as a regular expression for itself. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** `key=value` folders of a name behind the table's prefix. */
function partitionOf(name: string, base: string): Record<string, string> {
  const folders = name.slice(base.length).split('/').slice(0, -1);
  return Object.fromEntries(
    folders.flatMap((folder) => {
      const at = folder.indexOf('=');
      return at > 0 ? [[folder.slice(0, at), decode(folder.slice(at + 1))]] : [];
    }),
  );
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function compressionOf(name: string): Pick<ExternalFile, 'compression'> {
  if (name.endsWith('.gz')) return { compression: 'gzip' };
  return name.endsWith('.zst') ? { compression: 'zstd' } : {};
}
