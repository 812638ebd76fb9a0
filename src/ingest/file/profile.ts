import type { Value } from './source.ts';

/** What the values of a column look like; in staging they stay text. */
export type InferredType = 'INT64' | 'FLOAT64' | 'BOOL' | 'DATE' | 'DATETIME' | 'TIMESTAMP' | 'GEOGRAPHY' | 'STRING';

export interface ColumnProfile {
  readonly type: InferredType;
  readonly rows: number;
  readonly nulls: number;
  /** Numbers are written as in Brazil, 1.234,56. */
  readonly decimalComma: boolean;
  /** Dates are written 31/12/2026. */
  readonly dayFirst: boolean;
  /** The first value there is. */
  readonly example: string | undefined;
}

const COMMA = /^-?(\d{1,3}(\.\d{3})+|\d+),\d+$/;
const THOUSANDS = /^-?\d{1,3}(\.\d{3})+$/;
const DAY_FIRST = /^(0?[1-9]|[12]\d|3[01])\/(0?[1-9]|1[0-2])\/\d{4}( \d\d:\d\d(:\d\d)?)?$/;

/**
 * What a value may be. Leading zeros make a text: 007 is a code, not a number.
 */
const KINDS = [
  ['INT64', /^-?(0|[1-9]\d{0,17})$/],
  ['FLOAT64', /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/],
  ['BOOL', /^(true|false)$/i],
  ['DATE', /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/],
  ['DATETIME', /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/],
  ['TIMESTAMP', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)$/],
  ['GEOGRAPHY', /^(MULTI)?(POINT|LINESTRING|POLYGON) ?\(|^GEOMETRYCOLLECTION ?\(/],
] as const satisfies (readonly [InferredType, RegExp])[];

/** Looks at the values of one column, one after another, in constant memory. */
export class Profiler {
  #rows = 0;
  #nulls = 0;
  #example: string | undefined;
  #open: readonly (readonly [InferredType, RegExp])[] = KINDS;
  #comma = true;
  #commas = 0;
  #dayFirst = true;

  add(value: Value): void {
    this.#rows += 1;
    if (value === null) {
      this.#nulls += 1;
      return;
    }
    this.#example ??= value;
    // A kind that one value is not, the column is not: a text column costs three tests a value at the most.
    if (this.#open.length > 0) this.#open = this.#open.filter(([, pattern]) => pattern.test(value));
    if (this.#comma) {
      const comma = COMMA.test(value);
      if (comma) this.#commas += 1;
      this.#comma = comma || THOUSANDS.test(value) || /^-?(0|[1-9]\d*)$/.test(value);
    }
    if (this.#dayFirst) this.#dayFirst = DAY_FIRST.test(value);
  }

  result(): ColumnProfile {
    const empty = this.#rows === this.#nulls;
    const decimalComma = !empty && this.#comma && this.#commas > 0;
    const dayFirst = !empty && this.#dayFirst;
    const type = empty ? 'STRING' : decimalComma ? 'FLOAT64' : (this.#open[0]?.[0] ?? (dayFirst ? 'DATE' : 'STRING'));
    return { type, rows: this.#rows, nulls: this.#nulls, decimalComma, dayFirst, example: this.#example };
  }
}

/** `1.234,56` as `1234.56`, which SAFE_CAST reads. Pure. */
export function withPoint(value: string): string {
  return value.replaceAll('.', '').replace(',', '.');
}
