import { type Selectable, sql } from 'kysely';
import { ArcosError } from '../../base/errors.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { Database } from '../transition/propose.ts';
import type { FoundLog, LogLevel, LogView } from '../views.ts';
import { firstIdAt } from './counts.ts';

export interface LogQuery {
  /** The id of the last one known. */
  readonly after?: number | undefined;
  /** At least as grave as this. */
  readonly level?: LogLevel | undefined;
  /** 1,000 unless told. */
  readonly limit?: number | undefined;
  /** Part of the message, in whatever case. */
  readonly search?: string | undefined;
}

export interface LogSearch {
  readonly namespaces: readonly string[];
  readonly search: string;
  /** Name of a flow. */
  readonly flow?: string | undefined;
  readonly level?: LogLevel | undefined;
  /** Of runs made since. */
  readonly since: Date;
  readonly limit: number;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];

export const LOG_PAGE = 1000;

/** In the order they were written down, those after `after`. */
export async function readLogs(db: Database, run: string, query: LogQuery): Promise<LogView[]> {
  const { after = 0, level, limit = LOG_PAGE, search } = query;
  let select = db
    .selectFrom('orchestrator.log as l')
    .selectAll()
    .where('run', '=', run)
    .where('id', '>', after)
    .where('level', 'in', levelsFrom(level))
    .orderBy('id')
    .limit(limit);
  if (search !== undefined) select = select.where(contains(search));
  return (await select.execute()).map(toLogView);
}

/** The same question of a line that is known. */
export function matches(log: LogView, { after = 0, level, search = '' }: LogQuery): boolean {
  const { id, message } = log;
  return id > after && levelsFrom(level).includes(log.level) && message.toLowerCase().includes(search.toLowerCase());
}

/** How long PostgreSQL may look. */
const SEARCH_MS = 10_000;

/** Of all runs that were made since, the newest first. Throws TIMEOUT when there is too much to look through. */
export async function searchLogs(db: Database, query: LogSearch): Promise<FoundLog[]> {
  const { namespaces, search, flow, level, since, limit } = query;
  if (namespaces.length === 0) return [];
  const rows = await db
    .transaction()
    .execute(async (transaction) => {
      await sql`SELECT set_config('statement_timeout', ${String(SEARCH_MS)}, true)`.execute(transaction);
      let select = transaction
        .selectFrom('orchestrator.log as l')
        .innerJoin('orchestrator.run as r', 'r.id', 'l.run')
        .innerJoin('orchestrator.flow as f', 'f.id', 'r.flow')
        .selectAll('l')
        .select(['r.name as run_name', 'f.name as flow'])
        // Both, so that each index is gone through from there alone.
        .where('l.run', '>=', firstIdAt(since))
        .where('r.id', '>=', firstIdAt(since))
        .where('r.namespace', 'in', namespaces)
        .where('l.level', 'in', levelsFrom(level))
        .where(contains(search))
        .orderBy('l.run', 'desc')
        .orderBy('l.id', 'desc')
        .limit(limit);
      if (flow !== undefined) select = select.where('f.name', '=', flow);
      return select.execute();
    })
    .catch((error: Error & { readonly code?: unknown }) => {
      // query_canceled
      if (error.code !== '57014') throw error;
      throw new ArcosError('TIMEOUT', `It takes too long to look through all logs since ${since.toISOString()}`, {
        hint: 'Take a shorter time, or name the flow.',
        cause: error,
      });
    });
  return rows.map(({ run_name: runName, flow: name, ...log }) => ({
    ...toLogView(log),
    run: log.run,
    runName,
    flow: name,
  }));
}

function levelsFrom(level: LogLevel = 'debug'): readonly LogLevel[] {
  return LOG_LEVELS.slice(LOG_LEVELS.indexOf(level));
}

function contains(search: string) {
  return sql<boolean>`position(lower(${search}) IN lower(l.message)) > 0`;
}

function toLogView({
  id,
  at,
  level,
  message,
  task,
  attempt,
}: Selectable<OrchestratorTables['orchestrator.log']>): LogView {
  return { id, at: at.toISOString(), level, message, attempt, ...(task === null ? {} : { task }) };
}
