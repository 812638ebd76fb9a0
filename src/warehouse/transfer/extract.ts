import { createReadStream } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import { ArcosError } from '../../base/errors.ts';
import { decorated, decoratedFrom } from '../decorator.ts';
import { type ExportFormat, exportSteps } from '../engines/duckdb/export.ts';
import { ended } from '../execute.ts';
import { demandObjects, parseUri } from '../files.ts';
import type { Job } from '../job.ts';
import { parse, prepare } from '../prepare.ts';
import { sessionOf } from '../session.ts';
import { planWork } from '../work.ts';
import { type ExtractBody, missing, tableOf } from './configuration.ts';
import type { Transfer } from './transfer.ts';

const FORMATS: Readonly<Record<string, ExportFormat | 'jsonl'>> = {
  CSV: 'csv',
  NEWLINE_DELIMITED_JSON: 'jsonl',
  PARQUET: 'parquet',
};

/** Writes a table's rows to objects, each of which appears whole (BigQuery REST reference, JobConfigurationExtract). */
export async function extract(transfer: Transfer, body: ExtractBody, clock: Clock): Promise<Job> {
  const { known, lake, reader, job, work } = transfer;
  const source = decorated(tableOf(body.sourceTable, 'extract.sourceTable', job.project));
  const uris = body.destinationUris ?? (body.destinationUri === undefined ? [] : [body.destinationUri]);
  if (uris.length === 0) throw missing('extract.destinationUris');
  const format = FORMATS[(body.destinationFormat ?? 'CSV').toUpperCase()];
  if (format === undefined) {
    throw new ArcosError('UNSUPPORTED', `Tables cannot be extracted as ${body.destinationFormat}`, {
      hint: 'Use CSV, NEWLINE_DELIMITED_JSON or PARQUET.',
    });
  }
  checkCompression(format, body.compression);
  await demandObjects(lake, reader, 'object.write', uris);
  const sql = `SELECT * FROM ${decoratedFrom(source, await known.catalog.table(source.path), clock.now())}`;
  const session = sessionOf({ sql, project: job.project }, reader.principal, job.id, clock.now());
  const [statement] = parse(sql).statements;
  const bound = statement && (await prepare(known, reader, { text: sql, statement, session }));
  if (bound?.kind !== 'query') throw new ArcosError('INTERNAL', 'An extract is a query');
  const { bytesProcessed } = await planWork(known.catalog, bound, reader.temporary, clock.now());
  const file = await reader.scratch.path('extract');
  const style = {
    compressed: body.compression?.toUpperCase() === 'GZIP',
    header: body.printHeader !== false,
    ...(body.fieldDelimiter === undefined ? {} : { delimiter: delimiterOf(body.fieldDelimiter) }),
  };
  await work.on.run({ steps: exportSteps(bound, format, file, style), javascript: bound.javascript }, work.signal);
  for (const uri of uris) {
    const { bucket, name } = parseUri(uri);
    // All rows are in the first file of the pattern.
    await lake.write({ bucket, name: name.replace('*', '000000000000') }, createReadStream(file));
  }
  const outcome = { bytesProcessed, statistics: { extract: { files: uris.map(() => 1) } } };
  await known.jobs.end(job.project, job.id, outcome);
  return ended(job, outcome, clock.now());
}

/** Parquet's pages are compressed by zstd whichever of its ways is asked for. */
function checkCompression(format: ExportFormat | 'jsonl', compression = 'NONE'): void {
  const known = format === 'parquet' ? ['NONE', 'GZIP', 'SNAPPY', 'ZSTD'] : ['NONE', 'GZIP'];
  if (known.includes(compression.toUpperCase())) return;
  throw new ArcosError('INVALID', `${format} files cannot be compressed by ${compression}`, {
    hint: `Use one of ${known.join(', ')}.`,
    data: { reason: 'invalid' },
  });
}

function delimiterOf(said: string): string {
  return said === '\\t' || said.toLowerCase() === 'tab' ? '\t' : said;
}
