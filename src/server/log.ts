import pino from 'pino';
import type { Log, LogFields } from '../base/log.ts';

/** A log of JSON lines in a file, or on standard output without one. */
export function openLog(level: 'debug' | 'info' | 'warn' | 'error', file?: string): Log {
  const destination = pino.destination(file === undefined ? 1 : { dest: file, mkdir: true, sync: true });
  return toLog(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination));
}

function toLog(logger: pino.Logger): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) =>
      logger[level](fields, message);
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => toLog(logger.child(fields)),
  };
}
