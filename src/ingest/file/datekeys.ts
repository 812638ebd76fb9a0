import { ArcosError } from '../../base/errors.ts';

/** How finely a date column parts a table, with the partition keys of the city's manual. */
const KEYS = {
  year: ['ano_particao'],
  month: ['ano_particao', 'mes_particao'],
  day: ['ano_particao', 'mes_particao', 'data_particao'],
} as const;

export type Grain = keyof typeof KEYS;

/** `data_inicio:month`, or just `bairro`: by a part of a date, or by each value. */
export interface PartitionSpec {
  readonly column: string;
  readonly grain?: Grain;
}

/** Throws INVALID for what is neither. */
export function parsePartition(text: string): PartitionSpec {
  const [column = '', grain, ...more] = text.split(':');
  if (column !== '' && grain === undefined) return { column };
  if (column !== '' && more.length === 0 && grain !== undefined && grain in KEYS) {
    return { column, grain: grain as Grain };
  }
  throw new ArcosError('INVALID', `"${text}" does not say how to part the table`, {
    hint: 'Name a column, or a column of dates with :year, :month or :day, such as data_inicio:month.',
  });
}

export const keysOf = ({ column, grain }: PartitionSpec): readonly string[] =>
  grain === undefined ? [column] : KEYS[grain];

/**
 * The partition of a date, months without a leading zero: `2026-03-05` and `05/03/2026` alike are
 * `{ano_particao: 2026, mes_particao: 3, data_particao: '2026-03-05'}`. Undefined for what is no date. Pure.
 */
export function datePartition(text: string, grain: Grain): Record<string, string | number> | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)(?:$|[T ])/.exec(text);
  const local = /^(\d\d?)\/(\d\d?)\/(\d{4})(?:$| )/.exec(text);
  const [year, month, day] = (iso?.slice(1) ?? local?.slice(1).toReversed() ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const whole = { ano_particao: year, mes_particao: month, data_particao: date.toISOString().slice(0, 10) };
  return Object.fromEntries(KEYS[grain].map((key) => [key, whole[key]]));
}
