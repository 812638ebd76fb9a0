import { ArcosError } from '../base/errors.ts';
import type { ColumnInfo } from '../sql/catalog.ts';
import type { TableInfo } from '../warehouse/port.ts';
import type { Asker } from './ask.ts';
import type { Publication } from './publication.ts';

/** What a table's page draws: a number, or how many rows there are, by a category or over time. */
export interface Chart {
  readonly kind: 'bar' | 'line';
  readonly by: string;
  /** A column whose values are added up; undefined to count rows. */
  readonly value: string | undefined;
  readonly points: readonly Point[];
}

export interface Point {
  readonly label: string;
  readonly value: number;
}

/** What can be chosen of a table. */
export interface ChartChoices {
  readonly by: readonly string[];
  readonly value: readonly string[];
}

const BARS = 15;
const MOST_POINTS = 1000;
/** More months than this are shown as years. */
const MOST_MONTHS = 180;

export function chartChoices(info: TableInfo): ChartChoices {
  const { columns } = info;
  const times = columns.filter((column) => isTime(column) || isYear(column));
  const words = columns.filter(({ type, name }) => ['STRING', 'BOOL'].includes(type.kind) && !isCode(name));
  const named = words.filter(({ name }) => /^nome/.test(name));
  const by = [...times, ...named, ...words.filter((each) => !named.includes(each))];
  const value = columns.filter((column) => isNumber(column) && !isCode(column.name));
  return { by: by.map(({ name }) => name), value: value.map(({ name }) => name) };
}

/**
 * The points of a chart, as the table is now. Undefined when the table has nothing to draw, or when it takes too much.
 * Throws INVALID for columns that cannot be chosen.
 */
export async function readChart(
  asker: Asker,
  publication: Publication,
  info: TableInfo,
  asked: { readonly by?: string | undefined; readonly value?: string | undefined },
): Promise<Chart | undefined> {
  const choices = chartChoices(info);
  const by = asked.by ?? choices.by[0];
  if (by === undefined) return undefined;
  // The empty word is the count of rows; the first number is what most people want.
  const value = asked.value === '' ? undefined : (asked.value ?? choices.value[0]);
  const column = info.columns.find(({ name }) => name === by);
  if (column === undefined || !choices.by.includes(by) || (value !== undefined && !choices.value.includes(value)))
    throw new ArcosError('INVALID', 'This cannot be drawn', { hint: 'Choose one of the columns of the form.' });
  const measure = value === undefined ? 'count(*) as `_valor`' : `sum(${quoted(value)}) as \`_valor\``;
  const ask = async (keys: readonly string[], order: string, limit: number) => {
    const group = keys.join(', ');
    const select = [...keys.map((key, index) => `${key} as \`_chave${index}\``), measure].join(', ');
    const { rows } = await asker.rows(publication, info, { select, group, order }, limit);
    return rows.flatMap((row) => {
      const parts = keys.map((_, index) => row[`_chave${index}`]);
      const number = Number(row['_valor']);
      return parts.some((part) => part === null) || !Number.isFinite(number)
        ? []
        : [{ parts: parts.map(String), value: number }];
    });
  };
  try {
    if (isTime(column)) {
      const of = quoted(by);
      const time = (parts: readonly string[]) =>
        ask(
          parts.map((part) => `${part}(${of})`),
          parts.map((_, index) => `\`_chave${index}\``).join(', '),
          MOST_POINTS,
        );
      const months = await time(['year', 'month']);
      const found = months.length < 3 ? await time(['year', 'month', 'day']) : months;
      return { kind: 'line', by, value, points: overTime(found) };
    }
    const found = isYear(column)
      ? await ask([quoted(by)], '`_chave0`', MOST_POINTS)
      : await ask([quoted(by)], '`_valor` desc', BARS);
    const points = found.map(({ parts, value: number }) => ({ label: parts.join(' '), value: number }));
    return { kind: isYear(column) ? 'line' : 'bar', by, value, points };
  } catch (error) {
    if (error instanceof ArcosError && ['TOO_LARGE', 'TIMEOUT', 'QUOTA'].includes(error.code)) return undefined;
    throw error;
  }
}

function overTime(found: readonly { readonly parts: readonly string[]; readonly value: number }[]): Point[] {
  const short = found.length > MOST_MONTHS ? 1 : 3;
  const sums = new Map<string, number>();
  for (const { parts, value } of found) {
    const label = parts
      .slice(0, short)
      .map((part) => part.padStart(2, '0'))
      .join('-');
    sums.set(label, (sums.get(label) ?? 0) + value);
  }
  return [...sums].map(([label, value]) => ({ label, value }));
}

const quoted = (name: string): string => `\`${name}\``;

export function isNumber({ type }: ColumnInfo): boolean {
  return ['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC'].includes(type.kind);
}

export function isTime({ type }: ColumnInfo): boolean {
  return ['DATE', 'DATETIME', 'TIMESTAMP'].includes(type.kind);
}

function isYear({ name, type }: ColumnInfo): boolean {
  return type.kind === 'INT64' && /^ano(_|$)|^year$/.test(name);
}

/** Numbers that name something are not counted or compared. */
export function isCode(name: string): boolean {
  return /^(id|cod|codigo)(_|$)/.test(name) || /^(ano|mes|dia|year|month|day)(_particao)?$/.test(name);
}
