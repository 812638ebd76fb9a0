import { ArcosError } from '../../base/errors.ts';
import { isAfter } from './http.ts';
import { recordOf, type Source, sourceOf } from './source.ts';

export type SqlParameter = string | number | boolean | Date | null;

/** What all databases are asked with. */
export interface SqlOptions {
  /** A query without a semicolon behind it. */
  readonly sql: string;
  /** Values of the query's placeholders, in their order. */
  readonly parameters?: readonly SqlParameter[];
  /** A column of the query that grows with each change. Only rows behind `since` come. */
  readonly cursor?: string;
  readonly since?: string;
  /** Rows fetched at a time; 5,000 unless told. */
  readonly batch?: number;
}

/** A connection, and how its database writes what differs. */
export interface SqlDatabase {
  readonly quotes: keyof typeof QUOTES;
  /** The placeholder of the parameter at a place, from 1. */
  placeholder(place: number): string;
  /** Stands between a query in brackets and its name. */
  readonly as?: string;
  /** Rows as they come, no more than `batch` of them in memory; values of types that JavaScript has not as texts. */
  rows(sql: string, parameters: readonly SqlParameter[], batch: number): AsyncIterable<Record<string, unknown>>;
  close(): unknown;
}

/** Which database it is, for messages; the password stays out of them. */
export interface SqlServer {
  /** Such as `MySQL db.example.org/obras`. */
  readonly name: string;
  /** Whether an error means that there is nobody at the other end. */
  away(error: { readonly code?: unknown; readonly message?: string }): boolean;
}

const BATCH = 5000;

/**
 * Rows of a query, a bounded batch at a time, behind `since` and in the cursor's order where there is one.
 * Throws UNAVAILABLE when the server is away, and INVALID with its message for what it does not understand.
 */
export function sqlSource(server: SqlServer, options: SqlOptions, open: () => Promise<SqlDatabase>): Source {
  const { sql, parameters = [], cursor, since, batch = BATCH } = options;
  return sourceOf(since, async function* (moved) {
    let database: SqlDatabase | undefined;
    try {
      database = await open();
      const { text, values } = behind(database, { sql, parameters, cursor, since });
      let greatest = since;
      for await (const row of database.rows(text, values, Math.max(1, Math.trunc(batch)))) {
        const value = cursor === undefined ? null : textOf(row[cursor]);
        if (cursor !== undefined && !(cursor in row)) throw noColumn(server, cursor, row);
        if (value !== null && isAfter(value, greatest)) {
          greatest = value;
          moved(greatest);
        }
        yield recordOf(row);
      }
    } catch (cause) {
      if (cause instanceof ArcosError) throw cause;
      const error = cause as { code?: unknown; message?: string };
      throw new ArcosError(server.away(error) ? 'UNAVAILABLE' : 'INVALID', `${server.name}: ${error.message}`, {
        cause,
      });
    } finally {
      await Promise.resolve(database?.close()).catch(() => undefined);
    }
  });
}

/** The query as it is sent. Pure. */
export function behind(
  { quotes, placeholder, as = ' AS ' }: Pick<SqlDatabase, 'quotes' | 'placeholder' | 'as'>,
  { sql, parameters = [], cursor, since }: { [Name in keyof SqlOptions]?: SqlOptions[Name] | undefined },
): { text: string; values: readonly SqlParameter[] } {
  if (cursor === undefined) return { text: sql ?? '', values: parameters };
  const column = quoteIdentifier(cursor, quotes);
  // Where a number is compared with a text, databases take both for floating-point numbers, or fail.
  const number = since !== undefined && /^-?\d+(\.\d+)?$/.test(since);
  const values = since === undefined || number ? parameters : [...parameters, since];
  const condition = since === undefined ? '' : ` WHERE ${column} > ${number ? since : placeholder(values.length)}`;
  return { text: `SELECT * FROM (${sql})${as}arcos_source${condition} ORDER BY ${column}`, values };
}

const QUOTES = { double: ['"', '"'], backtick: ['`', '`'], bracket: ['[', ']'] } as const;

/** A name as SQL has it, whatever is in it. Throws INVALID for one that no database can have. */
export function quoteIdentifier(name: string, quotes: keyof typeof QUOTES): string {
  if (name === '' || name.includes('\0')) throw new ArcosError('INVALID', 'The name of a column is empty or has a NUL');
  const [open, close] = QUOTES[quotes];
  return `${open}${name.replaceAll(close, close + close)}${close}`;
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return value instanceof Date ? value.toISOString() : String(value);
}

function noColumn({ name }: SqlServer, cursor: string, row: object): ArcosError {
  return new ArcosError('INVALID', `${name}: the query has no column "${cursor}", by which to go on`, {
    hint: `It has ${Object.keys(row).join(', ')}.`,
  });
}

/** The parts of a `scheme://user:password@host:port/database`. Throws INVALID for what is none, without repeating it. */
export function readSqlUrl(url: string, scheme: string, port: number) {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== `${scheme}:` || parsed.hostname === '')
    throw new ArcosError('INVALID', `The address of the database is not ${scheme}://user:password@host/database`);
  const database = decodeURIComponent(parsed.pathname.slice(1));
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? port : Number(parsed.port),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database,
    /** For messages. */
    shown: `${parsed.host}/${database}`,
  };
}

/** Codes of the system and of drivers for a server that is away or went away. */
export const isAway = (code: unknown): boolean => typeof code === 'string' && /^(E[A-Z]+|PROTOCOL_.*)$/.test(code);
