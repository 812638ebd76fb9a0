import { driver } from './driver.ts';
import type { Source } from './source.ts';
import { readSqlUrl, type SqlOptions, sqlSource } from './sql.ts';

export interface OracleOptions extends SqlOptions {
  /** `oracle://user:password@host:1521/service` */
  readonly url: string;
  /** `:1`, `:2` and so on are the query's placeholders. */
  readonly sql: string;
}

/** What is used of the package. */
interface Oracledb {
  readonly OUT_FORMAT_OBJECT: number;
  readonly STRING: number;
  readonly BUFFER: number;
  readonly DB_TYPE_BLOB: unknown;
  readonly DB_TYPE_RAW: unknown;
  readonly DB_TYPE_LONG_RAW: unknown;
  getConnection(options: object): Promise<OracleConnection>;
}
interface OracleConnection {
  execute(sql: string): Promise<unknown>;
  queryStream(sql: string, values: readonly unknown[], options: object): AsyncIterable<Record<string, unknown>>;
  close(): Promise<void>;
}

/** So that texts are compared with times and numbers, and these written, in one way. */
const SESSION = `ALTER SESSION SET TIME_ZONE = 'UTC' NLS_NUMERIC_CHARACTERS = '.,'
  NLS_DATE_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS' NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.FF6'
  NLS_TIMESTAMP_TZ_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.FF6TZH:TZM'`;

/**
 * Rows of a query of Oracle, all of one moment, by the driver that needs no client of Oracle's. All but BLOB and RAW,
 * which come in base64, are texts. Names that nobody quoted are in capitals. Needs the package `oracledb`. Not tested
 * against a server.
 */
export function oracle(options: OracleOptions): Source {
  const { shown, host, port, user, password, database } = readSqlUrl(options.url, 'oracle', 1521);
  const away = ({ code, message = '' }: { readonly code?: unknown; readonly message?: string }) =>
    /^(NJS-5\d\d|DPI-1080|ORA-(12\d{3}|03113|03114|01033|01034))/.test(`${String(code)}`) || /^NJS-5\d\d/.test(message);
  return sqlSource({ name: `Oracle ${shown}`, away }, options, async () => {
    const { default: oracledb } = await driver<{ default: Oracledb }>('oracledb', 'oracledb');
    const connectString = `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
    const connection = await oracledb.getConnection({ user, password, connectString });
    try {
      await connection.execute(SESSION);
      await connection.execute('SET TRANSACTION READ ONLY');
    } catch (error) {
      await connection.close();
      throw error;
    }
    const bytes = [oracledb.DB_TYPE_BLOB, oracledb.DB_TYPE_RAW, oracledb.DB_TYPE_LONG_RAW];
    return {
      quotes: 'double',
      as: ' ',
      placeholder: (place) => `:${place}`,
      rows: (sql, parameters, batch) =>
        connection.queryStream(sql, parameters, {
          outFormat: oracledb.OUT_FORMAT_OBJECT,
          fetchArraySize: batch,
          fetchTypeHandler: ({ dbType }: { readonly dbType: unknown }) => ({
            type: bytes.includes(dbType) ? oracledb.BUFFER : oracledb.STRING,
          }),
        }),
      close: () => connection.close(),
    };
  });
}
