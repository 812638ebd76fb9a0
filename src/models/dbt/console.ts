import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../base/log.ts';

export interface ConsoleOptions {
  readonly write: (text: string) => void;
  /** Folder of dbt.log, which has every line; undefined for none. */
  readonly logFolder: string | undefined;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** A log as dbt's command writes it: `12:34:56  message`. Pipelines read these lines. */
export function consoleLog({ write, logFolder, quiet, debug }: ConsoleOptions): Log {
  const file = logFolder === undefined ? undefined : join(logFolder, 'dbt.log');
  if (logFolder !== undefined) mkdirSync(logFolder, { recursive: true });
  const line = (level: string, shown: boolean) => (message: string) => {
    const now = new Date().toISOString();
    if (file !== undefined) appendFileSync(file, `${now} [${level}] ${message}\n`);
    if (shown) write(`${now.slice(11, 19)}  ${message}\n`);
  };
  const log: Log = {
    debug: line('debug', debug),
    info: line('info ', !quiet),
    warn: line('warn ', !quiet),
    error: line('error', true),
    child: () => log,
  };
  return log;
}
