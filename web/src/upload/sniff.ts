/** What a text file seems to be; every part of it can be corrected. */
export interface Sniffed {
  readonly format: 'CSV' | 'NEWLINE_DELIMITED_JSON';
  readonly delimiter: string;
  readonly header: boolean;
  readonly columns: readonly SniffedColumn[];
  /** Of the first rows, as they are written. */
  readonly rows: readonly (readonly string[])[];
}

export interface SniffedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

export const COLUMN_TYPES = [
  'STRING',
  'INT64',
  'FLOAT64',
  'NUMERIC',
  'BOOL',
  'DATE',
  'DATETIME',
  'TIMESTAMP',
  'JSON',
] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export const DELIMITERS = [',', ';', '\t', '|'] as const;
const SHOWN = 20;

/** Looks at the beginning of a file. Pure. */
export function sniff(text: string, asked: { delimiter?: string; header?: boolean } = {}): Sniffed {
  const clean = text.replace(/^\uFEFF/, '');
  if (/^\s*\{/.test(clean)) return sniffJson(clean);
  const delimiter = asked.delimiter ?? bestDelimiter(clean);
  const rows = parseCsv(clean, delimiter).slice(0, 200);
  const [first = [], ...rest] = rows;
  const header = asked.header ?? first.every((cell) => cell !== '' && typeOf([cell]) === 'STRING');
  const values = header ? rest : rows;
  const columns = first.map((cell, index) => ({
    name: header ? columnName(cell, index) : `coluna_${index + 1}`,
    type: typeOf(values.map((row) => row[index] ?? '')),
  }));
  return { format: 'CSV', delimiter, header, columns: unique(columns), rows: values.slice(0, SHOWN) };
}

/** A name as the warehouse takes it: letters, digits and underscores. */
export function columnName(text: string, index: number): string {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const name = plain.replace(/[^a-z0-9_]+/g, '_').replace(/^_+|_+$/g, '');
  return name === '' ? `coluna_${index + 1}` : /^\d/.test(name) ? `_${name}` : name;
}

function unique(columns: readonly SniffedColumn[]): SniffedColumn[] {
  const seen = new Map<string, number>();
  return columns.map(({ name, type }) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { name: times === 1 ? name : `${name}_${times}`, type };
  });
}

function bestDelimiter(text: string): string {
  const [line = ''] = text.split(/\r?\n/, 1);
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, cells: parseCsv(line, delimiter)[0]?.length ?? 0 }));
  return counted.reduce((best, each) => (each.cells > best.cells ? each : best)).delimiter;
}

const PATTERNS: readonly (readonly [ColumnType, RegExp])[] = [
  ['INT64', /^-?(0|[1-9]\d{0,17})$/],
  ['FLOAT64', /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i],
  ['BOOL', /^(true|false)$/i],
  ['DATE', /^\d{4}-\d{2}-\d{2}$/],
  ['TIMESTAMP', /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|UTC|[+-]\d{2}(:?\d{2})?)$/i],
  ['DATETIME', /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/],
];

/** The narrowest type that every value has; codes that begin with zero stay texts. */
export function typeOf(values: readonly string[]): ColumnType {
  const said = values.filter((value) => value !== '');
  if (said.length === 0 || said.some((value) => /^-?0\d/.test(value) && !value.includes('-'))) return 'STRING';
  return PATTERNS.find(([, pattern]) => said.every((value) => pattern.test(value)))?.[0] ?? 'STRING';
}

/** RFC 4180, any delimiter; a last line that is cut off is left out where there are others. */
export function parseCsv(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, quoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === delimiter) {
      row.push(cell);
      cell = '';
    } else if (character === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')]);
      [row, cell] = [[], ''];
    } else cell += character;
  }
  if (rows.length === 0 && (row.length > 0 || cell !== '')) rows.push([...row, cell]);
  return rows;
}

function sniffJson(text: string): Sniffed {
  const objects = text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return value !== null && typeof value === 'object' ? [value as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
  const names = [...new Set(objects.flatMap(Object.keys))];
  const written = (value: unknown) =>
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const columns = names.map((name) => {
    const nested = objects.some((each) => typeof each[name] === 'object' && each[name] !== null);
    return { name, type: nested ? ('JSON' as const) : typeOf(objects.map((each) => written(each[name]))) };
  });
  const rows = objects.slice(0, SHOWN).map((each) => names.map((name) => written(each[name])));
  return { format: 'NEWLINE_DELIMITED_JSON', delimiter: ',', header: false, columns, rows };
}
