import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Principal } from '../access/principal.ts';
import { csvField } from '../base/csv.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { ColumnInfo, TablePath } from '../sql/catalog.ts';
import { decodeRows, type RestRow } from './decode.ts';
import { type ExportFormat as EngineFormat, exportRowsSteps, exportSteps } from './engines/duckdb/export.ts';
import type { EnginePool } from './engines/duckdb/pool.ts';
import type { InlineRows, Job } from './job.ts';
import type { Row } from './port.ts';
import type { Queries } from './queries.ts';
import { csvToXlsx } from './xlsx.ts';

export type ExportFormat = EngineFormat | 'xlsx';

/** Rows as whole files. Each appears whole or not at all, and is made in flat memory. */
export interface Exporter {
  /** Writes a whole table. Gives the file's bytes. */
  table(principal: Principal, path: TablePath, format: ExportFormat, file: string): Promise<number>;
  /**
   * Writes all rows of a finished query. A small result is kept as text: as Parquet and GeoJSON its query is asked
   * again, of the tables as they are now.
   */
  result(principal: Principal, job: Job, format: ExportFormat, file: string): Promise<number>;
}

export interface ExporterOptions {
  readonly pool: EnginePool;
  readonly queries: Pick<Queries, 'bindQuery'>;
  agencyOf(project: string): Promise<string>;
  /** Where the rows of a query are that are too many to be kept as text. */
  resultFile(project: string, job: string): string;
}

type Write = (format: EngineFormat, file: string) => Promise<readonly ColumnInfo[]>;

export function createExporter({ pool, queries, agencyOf, resultFile }: ExporterOptions): Exporter {
  /** Excel's format is made of the CSV. */
  async function whole(format: ExportFormat, file: string, write: Write): Promise<number> {
    const [aside, csv] = [`${file}.${newId()}`, `${file}.${newId()}`];
    try {
      if (format === 'xlsx') await csvToXlsx(csv, await write('csv', csv), aside);
      else await write(format, aside);
      const written = await open(aside, 'r+');
      await written.sync();
      await written.close();
      await rename(aside, file);
      return (await stat(file)).size;
    } finally {
      await Promise.all([aside, csv].map((path) => rm(path, { force: true })));
    }
  }

  async function query(principal: Principal, project: string, request: { sql: string; dataset?: string }) {
    const engine = pool.engine(await agencyOf(project));
    const write: Write = (format, file) =>
      queries.bindQuery(principal, { ...request, project }, async (bound) => {
        await engine.run({ steps: exportSteps(bound, format, file), javascript: bound.javascript });
        return bound.columns;
      });
    return write;
  }

  return {
    async table(principal, { project, dataset, table }, format, file) {
      const sql = `SELECT * FROM \`${project}.${dataset}.${table}\``;
      return whole(format, file, await query(principal, project, { sql }));
    },

    async result(principal, job, format, file) {
      const { project, columns, rows, configuration, sql } = job;
      if (columns === undefined) throw new ArcosError('INVALID', 'This job has no rows');
      if (rows !== undefined && (format === 'csv' || format === 'xlsx')) {
        return whole(format, file, async (_, csv) => {
          await writeCsv(columns, decoded(columns, rows), csv);
          return columns;
        });
      }
      if (rows !== undefined) {
        if (configuration.parameters !== undefined || job.statementType !== 'SELECT') {
          throw new ArcosError('INVALID', `Only the rows of a query without parameters can be had as ${format} here`, {
            hint: 'Use CSV, or EXPORT DATA.',
          });
        }
        const { dataset } = configuration;
        const request = { sql, ...(dataset === undefined ? {} : { dataset }) };
        return whole(format, file, await query(principal, project, request));
      }
      const source = resultFile(project, job.resultOf ?? job.id).replaceAll("'", "''");
      // The file's columns have the engine's names; here they go by their place.
      const named = columns.map(({ name, type }, index) => ({ key: `c${index}`, name, type }));
      const from = `(SELECT * FROM read_parquet('${source}')) AS _rows(${named.map(({ key }) => key).join(', ')})`;
      return whole(format, file, async (kind, path) => {
        await pool.engine(job.agency).run({ steps: exportRowsSteps({ from, columns: named }, kind, path) });
        return columns;
      });
    },
  };
}

function decoded(columns: readonly ColumnInfo[], { seconds, micros }: InlineRows): Row[] {
  return decodeRows(columns, JSON.parse(`[${micros ?? seconds}]`) as RestRow[]);
}

async function writeCsv(columns: readonly ColumnInfo[], rows: readonly Row[], file: string): Promise<void> {
  await pipeline(
    Readable.from([
      csvText(
        columns.map(({ name }) => name),
        rows,
      ),
    ]),
    createWriteStream(file),
  );
}

/** Rows as CSV (RFC 4180), with a header. */
export function csvText(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [columns.map(field), ...rows.map((row) => columns.map((name) => field(row[name])))];
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}

function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  return csvField(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
