import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../access/access.ts';
import type { Principal } from '../access/principal.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Lake } from '../lake/lake.ts';
import type { TablePath } from '../sql/catalog.ts';
import type { Store } from '../store/store.ts';
import { Authoriser } from './authorise.ts';
import { createCatalog, type WarehouseCatalog } from './catalog/catalog.ts';
import { indexDuckLake } from './catalog/native.ts';
import { directClient } from './direct.ts';
import { createEnginePool, type EngineLimits } from './engines/duckdb/pool.ts';
import { createExecutor, type Finished } from './execute.ts';
import { createExporter, type ExportFormat } from './exports.ts';
import { demandObjects } from './files.ts';
import { createInserts, type Inserts } from './insertall.ts';
import type { Job } from './job.ts';
import { connectionsOf, createJobs, type Jobs } from './jobs.ts';
import { type MaintenanceOptions, type MaintenanceReport, maintain } from './maintenance.ts';
import type { QueryRequest, WarehouseClient } from './port.ts';
import { createQueries, type QueryJobRequest } from './queries.ts';
import { createReadSessions, type ReadSessions } from './readsessions.ts';
import { createRunning, settled } from './running.ts';
import { createSavedQueries, type SavedQueries } from './savedqueries.ts';
import { Scratch } from './scratch.ts';
import { displayName } from './tablename.ts';
import type { WarehouseTables } from './tables.ts';
import { createTransfers, type TransferRequest } from './transfer/transfers.ts';

export type { EngineLimits } from './engines/duckdb/pool.ts';
export type { Finished, Page } from './execute.ts';
export type { ExportFormat } from './exports.ts';

export interface WarehouseOptions {
  readonly store: Store;
  readonly access: Access;
  readonly lake: Lake;
  /** Folder of the tables' files. */
  readonly dataDir: string;
  /** Folder of large results, kept for a day. */
  readonly resultsDir: string;
  readonly extensionsDir: string;
  readonly engine: EngineLimits;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface DryRun {
  readonly statementType: string;
  readonly columns: Job['columns'];
  readonly bytesProcessed: number;
}

export interface Warehouse {
  readonly catalog: WarehouseCatalog;
  readonly jobs: Jobs;
  authorise(principal: Principal): Authoriser;
  /** Runs a statement or a script. Throws the error that the job ended with; `data.jobId` names it. */
  run(principal: Principal, request: QueryJobRequest): Promise<Finished>;
  dryRun(principal: Principal, request: QueryRequest): Promise<DryRun>;
  /** Runs a load, extract or copy job to its end. Throws the error that it ended with. */
  transfer(principal: Principal, request: TransferRequest): Promise<Job>;
  /** Puts rows into a table, once however often they are sent (BigQuery REST reference, tabledata.insertAll). */
  readonly insertAll: Inserts;
  /** Throws DENIED unless the principal may read the objects that the URIs name. */
  demandFiles(principal: Principal, uris: readonly string[]): Promise<void>;
  /** A path for a file that a job is sent with; whoever asks for it removes it. */
  temporaryFile(): Promise<string>;
  /** The principal's own job. Throws NOT_FOUND, and DENIED to strangers of the project. */
  job(principal: Principal, project: string, jobId: string): Promise<Job>;
  page(principal: Principal, project: string, jobId: string, offset: number, limit: number): Promise<Finished>;
  /** The job once it has ended, or as it is when the time is up. */
  wait(principal: Principal, project: string, jobId: string, timeoutMs: number): Promise<Job>;
  /** Asks a running job to stop; whether it was running here. */
  cancel(principal: Principal, project: string, jobId: string): Promise<boolean>;
  /** The warehouse as other rooms of this process use it. */
  client(principal: Principal): WarehouseClient;
  /** Writes a whole table to a file, which appears whole. Gives its bytes. */
  exportTable(principal: Principal, path: TablePath, format: ExportFormat, file: string): Promise<number>;
  /** Writes all rows of a finished query to a file, which appears whole. Gives its bytes. */
  exportResult(
    principal: Principal,
    project: string,
    jobId: string,
    format: ExportFormat,
    file: string,
  ): Promise<number>;
  /** What people keep of their queries. */
  readonly savedQueries: SavedQueries;
  /** Rows for readers in several streams. */
  readonly reads: ReadSessions;
  /** Drops a table, external table or view. */
  dropTable(principal: Principal, path: TablePath): Promise<void>;
  /** Tidies the tables' files up. */
  maintain(options: MaintenanceOptions): Promise<MaintenanceReport>;
  /** Process id of an agency's engine; undefined while none is running. */
  enginePid(agency: string): number | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const POLL_MS = 50;

export function createWarehouse(options: WarehouseOptions): Warehouse {
  const { store, access, lake, log, clock = systemClock } = options;
  const server = randomUUID();
  const catalog = createCatalog(store.tables<WarehouseTables>(), lake);
  const jobs = createJobs(store, clock, server);
  const { extensionsDir, dataDir, resultsDir, engine: limits } = options;
  const connections = connectionsOf(server);
  const pool = createEnginePool(
    { extensionsDir, remote: lake.engine, catalog: store.url, dataDir, limits, connections },
    log,
  );
  const executor = createExecutor({ store, access, lake, catalog, jobs, pool, resultsDir, clock });
  const running = createRunning();
  const authorise = (principal: Principal) => new Authoriser(access, principal);
  const scratchDir = join(resultsDir, 'scratch');
  const queries = createQueries({ catalog, jobs, lake, executor, pool, authorise, running, scratchDir, clock });

  const transfers = createTransfers({ catalog, jobs, lake, executor, pool, authorise, running, scratchDir, clock });

  const exporter = createExporter({
    pool,
    queries,
    agencyOf: (project) => access.agencyOf(project),
    resultFile: (project, id) => join(resultsDir, `${project}.${id}.parquet`),
  });

  const reads = createReadSessions({
    catalog,
    queries,
    pool,
    clock,
    dir: scratchDir,
    agencyOf: (project) => access.agencyOf(project),
    finished: async (principal, project, jobId) => settled(await warehouse.job(principal, project, jobId)),
    resultFile: (project, id) => join(resultsDir, `${project}.${id}.parquet`),
  });

  const warehouse: Warehouse = {
    catalog,
    savedQueries: createSavedQueries(store),
    reads,
    jobs,
    authorise,
    client: (principal) => directClient(warehouse, principal),
    run: queries.run,
    dryRun: queries.dryRun,
    transfer: transfers.run,
    insertAll: createInserts(catalog, authorise, queries),
    demandFiles: (principal, uris) =>
      demandObjects(lake, { principal, authoriser: authorise(principal) }, 'object.read', uris),
    temporaryFile: () => new Scratch(scratchDir).path('upload'),

    async job(principal, project, jobId) {
      await authorise(principal).demandProject('job.read', project);
      const job = await jobs.find(project, jobId);
      // Somebody else's job may hold rows that one may not read.
      if (job?.principal === principal.id) return job;
      throw new ArcosError('NOT_FOUND', `Not found: Job ${project}:${jobId}`);
    },

    async page(principal, project, jobId, offset, limit) {
      const job = settled(await warehouse.job(principal, project, jobId));
      return { job, page: await executor.readPage(job, offset, limit) };
    },

    async wait(principal, project, jobId, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const job = await warehouse.job(principal, project, jobId);
        const left = deadline - Date.now();
        if (job.state === 'DONE' || left <= 0) return job;
        // Another server may be running it, so the store is asked again and again.
        await sleep(Math.min(left, POLL_MS));
      }
    },

    async cancel(principal, project, jobId) {
      const job = await warehouse.job(principal, project, jobId);
      return running.cancel(job);
    },

    exportTable: exporter.table,

    async exportResult(principal, project, jobId, format, file) {
      const job = settled(await warehouse.job(principal, project, jobId));
      return exporter.result(principal, job, format, file);
    },

    async dropTable(principal, path) {
      const info = await catalog.table(path);
      await authorise(principal).demandTable('table.write', path);
      if (info === undefined) throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
      const table = info.snapshot === true ? 'SNAPSHOT TABLE' : 'TABLE';
      const what = info.kind === 'native' ? table : info.kind === 'view' ? 'VIEW' : 'EXTERNAL TABLE';
      const sql = `DROP ${what} \`${path.project}.${path.dataset}.${path.table}\``;
      await warehouse.run(principal, { sql, project: path.project });
    },

    maintain: (asked) => maintain(store.tables<never>(), pool.engine(limits.firstAgency), asked, clock),

    enginePid: (agency) => pool.engine(agency).pid,

    async start() {
      rmSync(scratchDir, { recursive: true, force: true });
      for (const dir of [dataDir, resultsDir]) mkdirSync(dir, { recursive: true });
      // The first engine makes DuckLake's tables; everything that reads the catalog needs them.
      await pool.engine(limits.firstAgency).run({ steps: [] });
      await indexDuckLake(store.tables<never>());
      const abandoned = await jobs.settleAbandoned();
      if (abandoned > 0) log.info('jobs of a server that stopped are settled', { jobs: abandoned });
    },

    async stop() {
      running.cancelAll();
      await reads.stop();
      await pool.stop();
    },
  };
  return warehouse;
}
