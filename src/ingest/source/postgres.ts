import { driver } from './driver.ts';
import type { Source } from './source.ts';
import { isAway, type SqlOptions, sqlSource } from './sql.ts';

export interface PostgresOptions extends SqlOptions {
  /** `postgres://user:password@host/database` */
  readonly url: string;
  /** `$1`, `$2` and so on are the query's placeholders. */
  readonly sql: string;
}

/**
 * Rows of a query, all of one moment: they are fetched by a cursor of the server in one read-only transaction.
 * Dates, times and decimal numbers come as the texts that PostgreSQL writes. Throws INVALID with its message.
 */
export function postgres(options: PostgresOptions): Source {
  const { hostname, pathname } = new URL(options.url);
  // Class 08 of SQLSTATE, and the system's own errors: there is nobody at the other end.
  const away = ({ code }: { readonly code?: unknown }) =>
    code === undefined || isAway(code) || /^(08|57P)/.test(String(code));
  return sqlSource({ name: `PostgreSQL ${hostname}${pathname}`, away }, options, async () => {
    const pg = await driver('pg', () => import('pg'));
    const client = new pg.default.Client({
      connectionString: options.url,
      types: { getTypeParser: () => (text: string | Buffer) => String(text) },
      application_name: 'arcos',
    });
    client.on('error', () => undefined);
    const close = () => client.end();
    try {
      await client.connect();
      await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL datestyle = 'ISO'");
    } catch (error) {
      await close().catch(() => undefined);
      throw error;
    }
    return {
      quotes: 'double',
      placeholder: (place) => `$${place}`,
      async *rows(sql, parameters, batch) {
        await client.query(`DECLARE arcos_rows NO SCROLL CURSOR FOR ${sql}`, [...parameters]);
        for (;;) {
          const { rows } = await client.query<Record<string, unknown>>(`FETCH ${batch} FROM arcos_rows`);
          yield* rows;
          if (rows.length < batch) return;
        }
      },
      close,
    };
  });
}
