import { setTimeout as sleep } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { DUCKDB_PRELUDE, HOST_FUNCTIONS, quoteText } from '../../../sql/duckdb.ts';
import type { JavaScriptFunction } from '../../../sql/routine.ts';
import { EXTENSIONS, extensionPath, REMOTE_EXTENSION } from './extensions.ts';
import { hostFunction, SHA512 } from './hostfunctions.ts';
import { javaScriptEvaluator } from './javascript.ts';
import { Meter } from './meter.ts';
import {
  type ArrowAnswer,
  type ArrowTask,
  type EngineAnswer,
  type EngineSettings,
  type EngineTask,
  type FromEngine,
  SOURCE,
  type ToEngine,
} from './protocol.ts';
import { runResult } from './results.ts';
import { ROW_MACROS } from './rows.ts';
import { syncNewFiles, tablesIn, type Written, type WrittenTable } from './sync.ts';

/**
 * An engine's process: one DuckDB in memory with the city's DuckLake attached. It does what its parent
 * sends it and ends with it.
 */
const running = new Map<number, DuckDBConnection>();
/** Tasks that were begun and are not over. */
const begun = new Set<number>();
const meter = new Meter();
const cancelling = new Map<number, NodeJS.Timeout>();
let instance: DuckDBInstance;
/** Folder of the tables' files. */
let dataDir = '';

process.on('message', (message: ToEngine) => {
  switch (message.kind) {
    case 'start':
      void start(message.settings).then(
        () => send({ kind: 'ready' }),
        (error: Error) => send({ kind: 'failed', message: error.message }),
      );
      break;
    case 'run':
      begun.add(message.id);
      meter.begin(message.id);
      void run(message.id, message.task, message.session)
        .then(
          (answer) => send({ kind: 'answer', id: message.id, answer: { ...answer, slotMs: meter.end(message.id) } }),
          (error: Error) => send({ kind: 'error', id: message.id, message: error.message }),
        )
        .finally(() => over(message.id));
      break;
    case 'cancel':
      cancel(message.id);
      break;
    case 'close':
      void closeSession(message.session);
  }
});
// The parent is gone, however it went: nobody is left to answer to.
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches every process of the group; the parent decides when this one ends.
process.on('SIGINT', () => {});

const INTERRUPT_EVERY_MS = 50;

/** DuckDB hears an interrupt only while it works on a statement, so it is told until the task is over. */
function cancel(id: number): void {
  if (!begun.has(id) || cancelling.has(id)) return;
  const interrupt = () => running.get(id)?.interrupt();
  interrupt();
  cancelling.set(id, setInterval(interrupt, INTERRUPT_EVERY_MS));
}

function over(id: number): void {
  begun.delete(id);
  meter.end(id);
  clearInterval(cancelling.get(id));
  cancelling.delete(id);
}

function send(message: FromEngine): void {
  process.send?.(message);
}

async function start(settings: EngineSettings): Promise<void> {
  dataDir = settings.dataDir;
  instance = await DuckDBInstance.create(':memory:', {
    memory_limit: settings.memoryLimit,
    threads: String(settings.threads),
    temp_directory: settings.tempDir,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  for (const name of EXTENSIONS) await connection.run(`LOAD ${quoteText(extensionPath(settings.extensionsDir, name))}`);
  if (settings.remote !== undefined) {
    const httpfs = extensionPath(settings.extensionsDir, REMOTE_EXTENSION);
    for (const statement of [`LOAD ${quoteText(httpfs)}`, ...settings.remote]) await connection.run(statement);
  }
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  // Longitude first, as GeoJSON and BigQuery have it.
  await connection.run('SET GLOBAL geometry_always_xy = true');
  for (const definition of [...HOST_FUNCTIONS, SHA512]) connection.registerScalarFunction(hostFunction(definition));
  for (const statement of [...DUCKDB_PRELUDE, ...ROW_MACROS]) await connection.run(statement);
  // Small inserts are files too, so that the catalog alone tells how many rows there are.
  await connection.run(
    `ATTACH ${quoteText(`ducklake:postgres:${settings.catalog}`)} AS lake
      (DATA_PATH ${quoteText(`${settings.dataDir}/`)}, METADATA_SCHEMA 'ducklake', DATA_INLINING_ROW_LIMIT 0)`,
  );
  connection.closeSync();
}

/** A connection that outlives its tasks, with the temporary tables that were made on it. */
interface Session {
  readonly connection: DuckDBConnection;
  /** Whether a transaction is open that tasks did not begin themselves. */
  open: boolean;
  /** Tables that the transaction under way writes, and since when. */
  written: WrittenTable[];
  since: number;
}

const sessions = new Map<number, Session>();

async function sessionOf(id: number | undefined): Promise<Session> {
  const known = id === undefined ? undefined : sessions.get(id);
  if (known !== undefined) return known;
  const session = { connection: await instance.connect(), open: false, written: [], since: 0 };
  if (id !== undefined) sessions.set(id, session);
  return session;
}

function closeSession(id: number): void {
  sessions.get(id)?.connection.closeSync();
  sessions.delete(id);
}

async function run(id: number, task: EngineTask, sessionId: number | undefined): Promise<EngineAnswer> {
  const session = await sessionOf(sessionId);
  const { connection } = session;
  running.set(id, connection);
  try {
    for (const definition of task.javascript ?? []) await registerJavaScript(connection, definition);
    if (task.transaction !== undefined) await runTransaction(session, task.transaction, task.mark);
    const changed = await runSteps(session, task);
    const { result, arrow } = task;
    if (arrow !== undefined) return { arrow: await again(session, READS, () => runArrow(connection, arrow)) };
    if (result === undefined) return changed;
    return {
      ...changed,
      ...(await again(session, READS, () => runResult(connection, result, sessionId !== undefined))),
    };
  } finally {
    running.delete(id);
    if (sessionId === undefined) connection.closeSync();
  }
}

/** Arrow's library is there once somebody reads that way. */
async function runArrow(connection: DuckDBConnection, task: ArrowTask): Promise<ArrowAnswer> {
  const { writeArrow } = await import('./arrow/file.ts');
  return writeArrow(connection, task);
}

const registered = new Map<string, Promise<void>>();

/** Once for the process: equal functions have equal names. */
function registerJavaScript(connection: DuckDBConnection, definition: JavaScriptFunction): Promise<void> {
  const known = registered.get(definition.name);
  if (known !== undefined) return known;
  const done = (async () => {
    const evaluate = await javaScriptEvaluator(definition);
    connection.registerScalarFunction(
      hostFunction({
        name: definition.name,
        parameters: ['VARCHAR'],
        result: 'VARCHAR',
        evaluate: (json) => evaluate(String(json)),
      }),
    );
  })();
  registered.set(definition.name, done);
  done.catch(() => registered.delete(definition.name));
  return done;
}

async function runTransaction(session: Session, what: 'begin' | 'commit' | 'rollback', mark: string | undefined) {
  const { connection } = session;
  if (what === 'begin') {
    await retryCommits(connection, false);
    await begin(session);
    session.open = true;
    return;
  }
  session.open = false;
  try {
    if (what === 'commit') await commit(session, mark);
    else await connection.run('ROLLBACK');
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function runSteps(session: Session, task: EngineTask): Promise<EngineAnswer> {
  const { connection, open } = session;
  if (task.steps.length === 0) return {};
  if (!open) await retryCommits(connection, task.counted !== undefined);
  let source: 'VIEW' | 'TABLE' | undefined;
  try {
    return await again(session, ATTEMPTS, async () => {
      if (task.source !== undefined && source !== 'TABLE') {
        const kind = source === undefined ? 'VIEW' : 'TABLE';
        if (source !== undefined) await connection.run(`DROP ${source} IF EXISTS ${SOURCE}`);
        await connection.run(`CREATE TEMP ${kind} _source AS ${task.source}`);
        source = kind;
      }
      return runTransactionOnce(session, task);
    });
  } finally {
    if (source !== undefined) await connection.run(`DROP ${source} IF EXISTS ${SOURCE}`).catch(() => undefined);
  }
}

/** Does the work again while commits of others get in its way; in a transaction of the session's own, only its client knows what to do. */
async function again<Result>({ open }: Session, attempts: number, work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (open || attempt === attempts || !isConflict(error as Error)) throw error;
      await sleep(Math.random() * PAUSE_MS * attempt);
    }
  }
}

/**
 * How often a statement is begun again that others' commits got in the way of, as BigQuery does for its
 * clients. From the second time on, the rows of its source are there already, so that the transaction is short.
 */
const ATTEMPTS = 20;
/** How often a query is asked again that met a change of its tables. */
const READS = 5;
const PAUSE_MS = 50;
/** DuckLake's own. */
const DEFAULT_RETRIES = 10;

/**
 * DuckLake can commit again what another commit was faster than. For rows that is sound; a commit that
 * changes the schema keeps the schema version it had, and then this process, which knows tables by version, finds one
 * of the two tables no more (seen with ducklake of DuckDB 1.5.5). So such a transaction is run again as a whole.
 */
async function retryCommits(connection: DuckDBConnection, rowsOnly: boolean): Promise<void> {
  await connection.run(`SET SESSION ducklake_max_retry_count = ${rowsOnly ? DEFAULT_RETRIES : 0}`);
}

/**
 * Whether another transaction was first. Then this one has left nothing behind. A table that its planner has
 * seen, and that this process does not find, was replaced a moment ago: the next transaction sees the new one.
 */
function isConflict({ message }: Error): boolean {
  return /transaction conflict|write-write conflict|maximum retry count|Table with name \S+ does not exist/i.test(
    message,
  );
}

/** Clocks of a process and of the ids that DuckLake makes may differ by as much. */
const CLOCK_MS = 1_000;

async function begin(session: Session): Promise<void> {
  session.written = [];
  session.since = Date.now() - CLOCK_MS;
  await session.connection.run('BEGIN');
}

async function runTransactionOnce(session: Session, task: EngineTask): Promise<EngineAnswer> {
  const { connection, open } = session;
  if (!open) await begin(session);
  session.written.push(...tablesIn(task.steps));
  try {
    let affectedRows: number | undefined;
    for (const [index, step] of task.steps.entries()) {
      const result = await connection.run(step);
      if (task.counted?.includes(index)) affectedRows = (affectedRows ?? 0) + result.rowsChanged;
    }
    const synced = open ? 0 : await commit(session, task.mark, affectedRows);
    return { ...(affectedRows === undefined ? {} : { affectedRows }), ...(synced === 0 ? {} : { synced }) };
  } catch (error) {
    if (!open) await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Commits with what is to be known of it when nobody has heard the answer: whose it is and how many rows it changed. Gives
 * the number of files that it put on the disk first.
 */
async function commit({ connection, written, since }: Session, mark: string | undefined, affectedRows?: number) {
  const synced = written.length === 0 ? 0 : await syncNewFiles(dataDir, await placesOf(connection, written), since);
  if (mark !== undefined) {
    const message = JSON.stringify(affectedRows === undefined ? {} : { affectedRows });
    await connection.run(
      `CALL lake.set_commit_message('arcos', ${quoteText(message)}, extra_info => ${quoteText(mark)})`,
    );
  }
  await connection.run('COMMIT');
  return synced;
}

/** Where the files of tables are, as DuckLake's catalog has it: a table that was renamed keeps its folder. */
async function placesOf(connection: DuckDBConnection, tables: readonly WrittenTable[]): Promise<Written> {
  const list = (names: readonly string[]): string => names.map(quoteText).join(', ');
  const catalog = '__ducklake_metadata_lake.ducklake';
  const reader = await connection.runAndReadAll(`
    SELECT s.schema_name, t.table_name, s.path || t.path
    FROM ${catalog}.ducklake_table t JOIN ${catalog}.ducklake_schema s ON s.schema_id = t.schema_id
    WHERE t.end_snapshot IS NULL AND s.end_snapshot IS NULL
      AND t.table_name IN (${list(tables.map(({ table }) => table))}) AND s.schema_name IN (${list(tables.map(({ schema }) => schema))})`);
  const known = new Map(reader.getRows().map(([schema, table, path]) => [`${schema}\0${table}`, String(path)]));
  const made = tables.filter(({ schema, table }) => !known.has(`${schema}\0${table}`));
  return { folders: [...known.values()], made: made.map(({ table }) => table) };
}
