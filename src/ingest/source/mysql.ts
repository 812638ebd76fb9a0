import { driver } from './driver.ts';
import type { Source } from './source.ts';
import { isAway, readSqlUrl, type SqlOptions, sqlSource } from './sql.ts';

export interface MysqlOptions extends SqlOptions {
  /** `mysql://user:password@host/database` */
  readonly url: string;
  /** `?` are the query's placeholders. */
  readonly sql: string;
  /** Whether the connection is by TLS, and the server's certificate checked. */
  readonly tls?: boolean;
}

/**
 * Rows of a query of MySQL or MariaDB, all of one moment, in a read-only transaction. Dates, times, decimal numbers and
 * BIGINT come as texts; TIMESTAMP in UTC; JSON as its text; BLOB in base64. Needs the package `mysql2`.
 */
export function mysql(options: MysqlOptions): Source {
  const { shown, ...place } = readSqlUrl(options.url, 'mysql', 3306);
  const server = { name: `MySQL ${shown}`, away: ({ code }: { readonly code?: unknown }) => isAway(code) };
  return sqlSource(server, options, async () => {
    const { createConnection } = await driver('mysql2', () => import('mysql2'));
    const connection = createConnection({
      ...place,
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      jsonStrings: true,
      ...(options.tls === true ? { ssl: { rejectUnauthorized: true } } : {}),
    });
    // Who reads the rows hears of it.
    connection.on('error', () => undefined);
    const run = (sql: string) =>
      new Promise<void>((done, fail) => {
        connection.query(sql, (error) => (error === null ? done() : fail(error)));
      });
    try {
      await run("SET SESSION time_zone = '+00:00'");
      await run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    } catch (error) {
      connection.destroy();
      throw error;
    }
    return {
      quotes: 'backtick',
      placeholder: () => '?',
      rows: (sql, parameters, batch) => connection.query(sql, [...parameters]).stream({ highWaterMark: batch }),
      // The rest of the rows is not waited for.
      close: () => connection.destroy(),
    };
  });
}
