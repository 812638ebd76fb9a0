import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { driver } from './driver.ts';
import type { Source } from './source.ts';
import { isAway, readSqlUrl, type SqlOptions, type SqlParameter, sqlSource } from './sql.ts';

export interface SqlServerOptions extends SqlOptions {
  /** `sqlserver://user:password@host/database` */
  readonly url: string;
  /** `@p1`, `@p2` and so on are the query's placeholders. */
  readonly sql: string;
  /** Takes a certificate that no authority vouches for. */
  readonly trustServerCertificate?: boolean;
}

/** What is used of the package. */
interface Tedious {
  readonly Connection: new (options: object) => TediousConnection;
  readonly Request: new (sql: string, done: (error?: Error | null) => void) => TediousRequest;
  readonly TYPES: Readonly<Record<'NVarChar' | 'Float' | 'Bit' | 'DateTime2', unknown>>;
}
interface TediousConnection {
  connect(done: (error?: Error) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  execSql(request: TediousRequest): void;
  close(): void;
}
interface TediousRequest {
  addParameter(name: string, type: unknown, value: SqlParameter): void;
  on(event: 'row', listener: (columns: readonly Column[]) => void): void;
  pause(): void;
  resume(): void;
}
interface Column {
  readonly metadata: { readonly colName: string };
  readonly value: unknown;
}

/**
 * Rows of a query of SQL Server. BIGINT comes as text; DECIMAL of more than 15 digits must be cast to text by the query,
 * because the driver has only floating-point numbers. Needs the package `tedious`. Not tested against a server.
 */
export function sqlserver(options: SqlServerOptions): Source {
  const { shown, host, port, user, password, database } = readSqlUrl(options.url, 'sqlserver', 1433);
  const away = ({ code }: { readonly code?: unknown }) => isAway(code) && code !== 'EREQUEST' && code !== 'ELOGIN';
  return sqlSource({ name: `SQL Server ${shown}`, away }, options, async () => {
    const { default: tedious } = await driver<{ default: Tedious }>('tedious', 'tedious');
    const connection = new tedious.Connection({
      server: host,
      authentication: { type: 'default', options: { userName: user, password } },
      options: {
        port,
        database,
        encrypt: true,
        trustServerCertificate: options.trustServerCertificate === true,
        readOnlyIntent: true,
        requestTimeout: 0,
        useUTC: true,
      },
    });
    connection.on('error', () => undefined);
    await new Promise<void>((ready, fail) => {
      connection.connect((error) => (error === undefined || error === null ? ready() : fail(error)));
    });
    return {
      quotes: 'bracket',
      placeholder: (place) => `@p${place}`,
      async *rows(sql, parameters, batch) {
        const rows = new PassThrough({ objectMode: true, highWaterMark: batch });
        const request = new tedious.Request(sql, (error) => (error == null ? rows.end() : rows.destroy(error)));
        for (const [index, value] of parameters.entries()) {
          request.addParameter(`p${index + 1}`, tedious.TYPES[typeOf(value)], value);
        }
        request.on('row', (columns) => {
          const row = Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value]));
          if (rows.write(row)) return;
          request.pause();
          once(rows, 'drain').then(
            () => request.resume(),
            () => undefined,
          );
        });
        connection.execSql(request);
        yield* rows;
      },
      close: () => connection.close(),
    };
  });
}

function typeOf(value: SqlParameter): 'NVarChar' | 'Float' | 'Bit' | 'DateTime2' {
  if (typeof value === 'number') return 'Float';
  if (typeof value === 'boolean') return 'Bit';
  return value instanceof Date ? 'DateTime2' : 'NVarChar';
}
