import type { Value } from '../runtime/value.ts';

/** A parsed template. Rendering compiles it once for each of the sync and the async form. */
export interface Template {
  readonly file: string;
  /** Of the `macro` tags at the top level. */
  readonly macros: readonly MacroDefinition[];
  /** Of the custom block tags at the top level. */
  readonly blocks: readonly BlockDefinition[];
}

export interface MacroDefinition {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly file: string;
  readonly line: number;
}

/** `{% test not_null(model, column_name) %}`, `{% materialization x, adapter='y' %}`, `{% docs d %}`, `{% snapshot s %}`. */
export interface BlockDefinition {
  readonly kind: string;
  readonly name: string;
  /** Of a materialization: `adapter`, `default`, `supported_languages`. */
  readonly arguments: Readonly<Record<string, Value>>;
  /** The body; of a test with the test's parameters. */
  readonly macro: MacroDefinition;
  /** Source of the body. */
  readonly text: string;
}

export interface RenderOptions {
  /** Attributes and calls of undefined values give undefined again, as in dbt's parsing of a project. Default false. */
  readonly chainUndefined?: boolean;
}
