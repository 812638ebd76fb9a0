import type { Condition } from '../../sql/scans.ts';
import type { SqlType } from '../../sql/type.ts';
import type { FileStatistics } from './filestatistics.ts';

/** A condition with its values as DuckDB writes them; null for NULL. */
export interface KnownCondition extends Pick<Condition, 'column' | 'day' | 'operator'> {
  readonly values: readonly (string | null)[];
  readonly type: SqlType;
}

/** Whether a file can have a row that fulfils all conditions: least and greatest value of each column decide. */
export function mayHold(file: FileStatistics, conditions: readonly KnownCondition[]): boolean {
  return conditions.every((condition) => {
    const { min, max } = file.get(condition.column) ?? {};
    return min === undefined || max === undefined || within(condition, min, max);
  });
}

/** Whether a value from `min` to `max` can fulfil a condition. */
export function within({ operator, values, day, type }: KnownCondition, min: string, max: string): boolean {
  const compare = comparer(type);
  const [low, high] = day ? [min.slice(0, 10), max.slice(0, 10)] : [min, max];
  const [first, second] = values;
  if (compare === undefined) return true;
  // What is compared with NULL is never true.
  if (operator !== 'IN' && values.includes(null)) return false;
  if (first === undefined || first === null) return operator === 'IN' && values.some((value) => value !== null);
  switch (operator) {
    case '=':
      return compare(low, first) <= 0 && compare(first, high) <= 0;
    case 'IN':
      return values.some((value) => value !== null && compare(low, value) <= 0 && compare(value, high) <= 0);
    case '<':
      return compare(low, first) < 0;
    case '<=':
      return compare(low, first) <= 0;
    case '>':
      return compare(high, first) > 0;
    case '>=':
      return compare(high, first) >= 0;
    case 'BETWEEN':
      return compare(high, first) >= 0 && compare(low, second ?? first) <= 0;
  }
}

type Compare = (a: string, b: string) => number;

/** Undefined for types of whose texts the order does not follow. */
function comparer(type: SqlType): Compare | undefined {
  switch (type.kind) {
    case 'INT64':
      return (a, b) => (/^-?\d+$/.test(a) && /^-?\d+$/.test(b) ? Number(BigInt(a) - BigInt(b)) : Number(a) - Number(b));
    case 'FLOAT64':
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return (a, b) => Number(a) - Number(b);
    case 'DATE':
    case 'DATETIME':
    case 'TIMESTAMP':
    case 'STRING':
      return (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    default:
      return undefined;
  }
}
