import type { Log, LogFields } from '../../base/log.ts';

/** A line of a task's log, as dbt-rpc answers it. */
export interface LogEntry {
  readonly timestamp: string;
  readonly message: string;
  readonly channel: 'dbt';
  readonly level: number;
  readonly levelname: string;
  readonly thread_name: string;
  readonly process: number;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly exc_info: null;
}

const LEVELS = {
  debug: [10, 'DEBUG'],
  info: [11, 'INFO'],
  warn: [13, 'WARNING'],
  error: [14, 'ERROR'],
} as const;

/** A log that keeps its lines. `extra` is on every one. */
export function entryLog(entries: LogEntry[], extra: LogFields): Log {
  const at =
    (name: keyof typeof LEVELS) =>
    (message: string, fields: LogFields = {}) => {
      const [level, levelname] = LEVELS[name];
      const timestamp = new Date().toISOString();
      const { thread_name = 'MainThread', ...rest } = { ...extra, ...fields };
      entries.push({
        timestamp,
        message: `${timestamp.slice(11, 19)}  ${message}`,
        channel: 'dbt',
        level,
        levelname,
        thread_name: String(thread_name),
        process: process.pid,
        extra: rest,
        exc_info: null,
      });
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => entryLog(entries, { ...extra, ...fields }),
  };
}
