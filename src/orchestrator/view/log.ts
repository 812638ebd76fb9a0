import type { Selectable } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { Database } from '../transition/propose.ts';
import type { LogLevel, LogView } from '../views.ts';

export interface LogQuery {
  /** The id of the last one known. */
  readonly after?: number | undefined;
  /** At least as grave as this. */
  readonly level?: LogLevel | undefined;
  /** 1,000 unless told. */
  readonly limit?: number | undefined;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];

const PAGE = 1000;

/** In the order they were written down, those after `after`. */
export async function readLogs(db: Database, run: string, query: LogQuery): Promise<LogView[]> {
  const { after = 0, level = 'debug', limit = PAGE } = query;
  const rows = await db
    .selectFrom('orchestrator.log')
    .selectAll()
    .where('run', '=', run)
    .where('id', '>', after)
    .where('level', 'in', LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)))
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toLogView);
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
