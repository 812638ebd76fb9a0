/**
 * `import { http, postgres } from 'arcos/sources'`: rows from elsewhere, for `stage` of `arcos/ingest`.
 *
 *     const orders = postgres({ url, sql: 'SELECT id, aberta_em FROM ordem', cursor: 'aberta_em', since });
 *     await stage({ dataset: 'obras', table: 'ordem', columns: ['id', 'aberta_em'], rows: orders, mode: 'append' });
 *     return orders.cursor;
 */
export { type ArcgisOptions, arcgis } from './source/arcgis.ts';
export { type FtpOptions, ftp } from './source/ftp.ts';
export { type GtfsOptions, gtfs } from './source/gtfs.ts';
export { type HttpOptions, http, type Paging } from './source/http.ts';
export { type MongodbOptions, mongodb } from './source/mongodb.ts';
export { type MysqlOptions, mysql } from './source/mysql.ts';
export { type OracleOptions, oracle } from './source/oracle.ts';
export { type PostgresOptions, postgres } from './source/postgres.ts';
export type { RemoteFile, RemoteOptions } from './source/remote.ts';
export { fileRows } from './source/rows.ts';
export { type SftpOptions, sftp } from './source/sftp.ts';
export { type SheetsOptions, sheets } from './source/sheets.ts';
export type { Source, SourceRecord } from './source/source.ts';
export { type SqlServerOptions, sqlserver } from './source/sqlserver.ts';
