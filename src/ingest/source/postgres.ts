import type { Client } from 'pg';
import { ArcosError } from '../../base/errors.ts';
import { driver } from './driver.ts';
import { isAfter } from './http.ts';
import { recordOf, type Source, sourceOf } from './source.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host/database` */
  readonly url: string;
  /** A query without a semicolon behind it; `$1` and so on are its parameters. */
  readonly sql: string;
  readonly parameters?: readonly (string | number | boolean | Date | null)[];
  /** A column of the query that grows with each change. Only rows behind `since` come. */
  readonly cursor?: string;
  readonly since?: string;
  /** Rows fetched at a time; 5,000 unless told. */
  readonly batch?: number;
}

/**
 * Rows of a query, all of one moment: they are fetched by a cursor of the server in one read-only transaction.
 * Dates, times and decimal numbers come as the texts that PostgreSQL writes. Throws INVALID with its message.
 */
export function postgres(options: PostgresOptions): Source {
  const { url, sql, parameters = [], cursor, since, batch = 5000 } = options;
  return sourceOf(since, async function* (moved) {
    const pg = await driver('pg', () => import('pg'));
    const client: Client = new pg.default.Client({
      connectionString: url,
      types: { getTypeParser: () => (text: string | Buffer) => String(text) },
      application_name: 'arcos',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL datestyle = 'ISO'");
      const name = cursor === undefined ? '' : `"${cursor.replaceAll('"', '""')}"`;
      const behind = cursor === undefined || since === undefined ? '' : ` WHERE ${name} > $${parameters.length + 1}`;
      const text = cursor === undefined ? sql : `SELECT * FROM (${sql}) AS arcos_source${behind} ORDER BY ${name}`;
      await client.query(`DECLARE arcos_rows NO SCROLL CURSOR FOR ${text}`, [
        ...parameters,
        ...(behind === '' ? [] : [since]),
      ]);
      let greatest = since;
      for (;;) {
        const { rows } = await client.query<Record<string, unknown>>(`FETCH ${Math.trunc(batch)} FROM arcos_rows`);
        for (const row of rows) {
          const value = cursor === undefined ? null : row[cursor];
          if (value !== null && value !== undefined && isAfter(String(value), greatest)) {
            greatest = String(value);
            moved(greatest);
          }
          yield recordOf(row);
        }
        if (rows.length < batch) return;
      }
    } catch (cause) {
      if (cause instanceof ArcosError) throw cause;
      throw failure(url, cause);
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

/** The password stays out of it. */
function failure(url: string, cause: unknown): ArcosError {
  const { hostname, pathname } = new URL(url);
  const { code, message } = cause as { code?: string; message?: string };
  // Class 08 of SQLSTATE, and the system's own errors: there is nobody at the other end.
  const away = code === undefined || /^(08|57P|E[A-Z]+$)/.test(code);
  return new ArcosError(away ? 'UNAVAILABLE' : 'INVALID', `PostgreSQL ${hostname}${pathname}: ${message}`, { cause });
}
