import type { JavaScriptFunction } from '../../../sql/routine.ts';
import type { SqlType } from '../../../sql/type.ts';

/** What the server and an engine's process say to each other over Node's IPC. */
export interface EngineSettings {
  /** Folder with the extensions' files. */
  readonly extensionsDir: string;
  /** Statements by which its httpfs reads the lake's contents; undefined when those are files of this machine. */
  readonly remote?: readonly string[] | undefined;
  /** libpq connection string of the store that holds the catalog. */
  readonly catalog: string;
  /** Folder of the tables' Parquet files. */
  readonly dataDir: string;
  /** Where the engine spills what does not fit into memory. */
  readonly tempDir: string;
  /** As DuckDB has it: `512MB`. */
  readonly memoryLimit: string;
  readonly threads: number;
}

/** Where the steps of a task find the rows of its source. */
export const SOURCE = 'temp.main._source';

/** A query whose rows are wanted in a file, as Arrow's record batches. */
export interface ArrowTask {
  /** Gives the rows. */
  readonly sql: string;
  readonly columns: readonly {
    /** Name of the column in the query. */
    readonly key: string;
    readonly name: string;
    readonly type: SqlType;
    readonly nullable: boolean;
  }[];
  readonly file: string;
}

export interface ArrowAnswer {
  /** Message of Arrow's streaming format. */
  readonly schema: Uint8Array;
  /** Messages in the file, in order. */
  readonly batches: readonly { readonly rows: number; readonly offset: number; readonly length: number }[];
}

/** Statements that are run one after the other, on the connection of a session or on one of their own. */
export interface EngineTask {
  /** In one transaction, or in the session's own; with `mark` as the commit's extra information, for whoever asks later if it happened. */
  readonly steps: readonly string[];
  readonly mark?: string;
  /** A query whose rows the steps find in SOURCE. */
  readonly source?: string;
  /** The steps whose changed rows are counted together. */
  readonly counted?: readonly number[];
  readonly result?: ResultTask;
  readonly arrow?: ArrowTask;
  /** Users' functions to register first. */
  readonly javascript?: readonly JavaScriptFunction[];
  /** Begins or ends a transaction of the session, in which all its tasks are until then. */
  readonly transaction?: 'begin' | 'commit' | 'rollback';
}

/** A query whose rows are wanted. */
export interface ResultTask {
  /** Gives the rows. */
  readonly sql: string;
  /** SQL expressions over a row, each giving one form of its JSON. */
  readonly forms: readonly string[];
  /** Rows in the answer at the most. */
  readonly firstPage: number;
  /** Parquet file that takes all rows when they do not fit into the first page; absent: the others are not wanted. */
  readonly spill?: string;
  /** It reads no table: when it has more rows than a page it may be asked once more. */
  readonly constant?: boolean;
}

export interface EngineAnswer {
  readonly affectedRows?: number;
  /** The task's share of the process's work, in milliseconds of a processor. */
  readonly slotMs?: number;
  /** Files that were put on the disk before the commit. */
  readonly synced?: number;
  readonly totalRows?: number;
  /** The first page in each form: JSON arrays' contents, rows separated by commas. */
  readonly pages?: readonly string[];
  /** Rows in the first page. */
  readonly pageRows?: number;
  readonly arrow?: ArrowAnswer;
  /** Bytes that the scans read, as DuckDB counts them. */
  readonly bytesRead?: number;
}

export type ToEngine =
  | { readonly kind: 'start'; readonly settings: EngineSettings }
  | { readonly kind: 'run'; readonly id: number; readonly task: EngineTask; readonly session?: number }
  | { readonly kind: 'cancel'; readonly id: number }
  /** Ends a session: its temporary tables go, an open transaction is rolled back. */
  | { readonly kind: 'close'; readonly session: number };

export type FromEngine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: EngineAnswer }
  | { readonly kind: 'error'; readonly id: number; readonly message: string };
