import type { ColumnInfo } from './catalog.ts';
import type { SqlType } from './type.ts';

export interface RoutinePath {
  readonly project: string;
  readonly dataset: string;
  readonly routine: string;
}

export interface RoutineParameter {
  readonly name: string;
  /** Absent for ANY TYPE and for a table. */
  readonly type?: SqlType;
  /** Columns of a TABLE<...> parameter; empty for ANY TABLE. */
  readonly table?: readonly ColumnInfo[];
  /** Of a procedure's parameter. */
  readonly mode?: 'IN' | 'OUT' | 'INOUT';
}

/** A function, table function or procedure that a user made: its text, bound anew by every caller. */
export type Routine = ScalarRoutine | TableRoutine | Procedure;

interface RoutineBase {
  /** `dataset` is '' for a temporary one. */
  readonly path: RoutinePath;
  readonly parameters: readonly RoutineParameter[];
  /** An expression, a query, or the statements between BEGIN and END; of JAVASCRIPT the function's body. */
  readonly body: string;
}

export interface ScalarRoutine extends RoutineBase {
  readonly kind: 'function';
  readonly language: 'SQL' | 'JAVASCRIPT';
  readonly aggregate: boolean;
  /** Absent when the body decides. */
  readonly returns?: SqlType;
}

export interface TableRoutine extends RoutineBase {
  readonly kind: 'table_function';
}

export interface Procedure extends RoutineBase {
  readonly kind: 'procedure';
}

/**
 * A function that an engine is to register before a statement that calls it runs: it takes one text, the
 * JSON array of the arguments, and gives JSON text or null. `source` is an expression that is such a
 * function; it is a user's code, to be run where it can reach nothing.
 */
export interface JavaScriptFunction {
  readonly name: string;
  readonly source: string;
}
