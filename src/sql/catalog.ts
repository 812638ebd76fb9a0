import type { Routine, RoutinePath } from './routine.ts';
import type { SqlType } from './type.ts';

/** Names are kept as the user wrote them; datasets and tables compare by case, columns do not. */
export interface TablePath {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

export interface ColumnInfo {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly description?: string;
  /** GoogleSQL of the value that INSERT gives where it leaves the column out. */
  readonly default?: string;
}

/** BigQuery's partitioning (REST reference, TimePartitioning and RangePartitioning). */
export type Partitioning =
  | { readonly kind: 'time'; readonly unit: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'; readonly column: string }
  /** By the time of ingestion, read as the pseudo column _PARTITIONTIME. */
  | { readonly kind: 'ingestion'; readonly unit: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR' }
  | {
      readonly kind: 'range';
      readonly column: string;
      readonly start: number;
      readonly end: number;
      readonly interval: number;
    };

/** What a name stands for, with all that binding and emitting need. */
export type Relation = NativeRelation | ExternalRelation | ViewRelation | WildcardRelation;

interface RelationBase {
  readonly path: TablePath;
  readonly columns: readonly ColumnInfo[];
}

export interface NativeRelation extends RelationBase {
  readonly kind: 'native';
  /** The engine's own name of the table, quoted where the engine needs it. */
  readonly engineName: string;
  readonly partitioning?: Partitioning;
  readonly requirePartitionFilter?: boolean;
  /** Whether its rows cannot be changed. */
  readonly snapshot?: boolean;
  /** ISO 8601. A table is not read as it was before: that may have been another of its name. */
  readonly createdAt?: string;
  /** Conditions of the row access policies that let this reader see rows: any of them must hold. Absent: no policies. */
  readonly rowFilters?: readonly string[];
}

export interface ExternalRelation extends RelationBase {
  readonly kind: 'external';
  readonly format: 'CSV' | 'NEWLINE_DELIMITED_JSON' | 'PARQUET';
  /** Every file of the table at the moment of the query: paths or URIs the engine can open. */
  readonly files: readonly ExternalFile[];
  /** Names of the Hive partition keys; they are among `columns` too. */
  readonly partitionKeys: readonly string[];
  readonly csv?: CsvOptions;
}

export interface ExternalFile {
  readonly uri: string;
  /** Values of the Hive partition keys, from the object's name. */
  readonly partition: Readonly<Record<string, string>>;
  readonly compression?: 'gzip' | 'zstd';
}

export interface CsvOptions {
  readonly delimiter: string;
  readonly quote: string;
  readonly skipLeadingRows: number;
  readonly encoding: 'UTF-8' | 'ISO-8859-1';
  readonly nullMarker?: string;
  readonly allowQuotedNewlines: boolean;
  readonly allowJaggedRows: boolean;
  /** Rows that are none of a CSV file are left out. */
  readonly skipMalformed?: boolean;
}

export interface ViewRelation extends RelationBase {
  readonly kind: 'view';
  /** The view's query as it was created, bound anew by every reader. */
  readonly query: string;
}

/** What `dataset.prefix_*` stands for; the part of a table's name that the star stood for is _TABLE_SUFFIX. */
export interface WildcardRelation extends RelationBase {
  readonly kind: 'wildcard';
  /** `columns` are those of the newest of the tables. */
  readonly tables: readonly { readonly suffix: string; readonly relation: NativeRelation }[];
}

/**
 * Dataset of the tables that CREATE TEMP TABLE makes: they live as long as their script or session. A name
 * without a dataset is looked for there first.
 */
export const TEMPORARY_DATASET = '_temp';

/**
 * What the binder can ask of the world. Synchronous and complete: whoever calls the binder has
 * loaded everything that `relationsOf` and `routinesOf` named, and what their views and bodies name.
 */
export interface Catalog {
  relation(path: TablePath): Relation | undefined;
  routine?(path: RoutinePath): Routine | undefined;
  /** Names near `path`, for hints: the tables of its dataset, or the datasets of its project. */
  neighbours(path: TablePath): readonly string[];
}

/** How unqualified names are completed. */
export interface NameDefaults {
  readonly project: string;
  readonly dataset?: string;
}
