import type { LogEvent, LogLevel } from './events.ts';
import { printEvent } from './report/terminal.ts';
import { currentScope, type Scope } from './scope.ts';

/** Writes to the log of the run. `fields` follow the message as JSON. */
export type RunLog = Readonly<Record<LogLevel, (message: string, fields?: Readonly<Record<string, unknown>>) => void>>;

/** Longer messages are cut: a log is for reading. */
const LONGEST = 64 * 1024;

/**
 * The log of whatever run and task the calling code is part of, found by itself:
 * `log.info('read 50,000 calls', { bytes })`. Outside a run it writes to the terminal.
 */
export const log: RunLog = logOf(currentScope);

export function logOf(scope: () => Scope | undefined): RunLog {
  const at = (level: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    const { task, now = () => new Date().toISOString(), emit = printEvent } = scope() ?? {};
    const text = fields === undefined ? message : `${message} ${JSON.stringify(fields)}`;
    const event: LogEvent = { kind: 'log', level, message: shorten(text), at: now() };
    emit(task === undefined ? event : { ...event, task });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function shorten(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST)} ... (${text.length - LONGEST} more characters)`;
}
