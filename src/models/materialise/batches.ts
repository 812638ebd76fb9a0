import { ArcosError } from '../../base/errors.ts';
import type { NodeConfig } from '../config.ts';
import type { Invocation } from '../invocation.ts';
import { textOf, type YamlMap } from '../yaml.ts';

/** A stretch of time that one statement of a microbatch model makes: from `start`, before `end`. */
export interface Batch {
  readonly start: Date;
  readonly end: Date;
}

const SIZES = ['hour', 'day', 'month', 'year'] as const;
type Size = (typeof SIZES)[number];

/** The batches that are due (docs.getdbt.com, "About microbatch incremental models"). Throws INVALID for a config without what they need. */
export function batchesOf(
  name: string,
  config: NodeConfig,
  { startedAt, eventTimeStart, eventTimeEnd }: Pick<Invocation, 'startedAt' | 'eventTimeStart' | 'eventTimeEnd'>,
  anew: boolean,
): Batch[] {
  const size = textOf(config['batch_size'])?.toLowerCase() as Size | undefined;
  const begin = textOf(config['begin']);
  for (const [key, value] of [
    ['event_time', config['event_time']],
    ['batch_size', size],
    ['begin', begin],
  ] as const) {
    if (value !== undefined && value !== null) continue;
    throw new ArcosError('INVALID', `The microbatch model "${name}" has no ${key}`, {
      hint: "It needs event_time='column', batch_size='day' and begin='2024-01-01'.",
    });
  }
  if (size === undefined || !SIZES.includes(size)) {
    throw new ArcosError('INVALID', `"${size}" is no batch_size`, { hint: `It is ${SIZES.join(', ')}.` });
  }
  const lookback = Number(config['lookback'] ?? 1);
  const end = eventTimeEnd ?? startedAt;
  const first = moment(begin ?? '', 'begin');
  const since = eventTimeStart ?? (anew ? first : step(floor(end, size), size, -lookback));
  const batches: Batch[] = [];
  for (let start = floor(since < first && eventTimeStart === undefined ? first : since, size); start < end; ) {
    const next = step(start, size, 1);
    batches.push({ start, end: next });
    start = next;
  }
  return batches;
}

/** A moment as dbt takes it, in UTC unless it says otherwise. */
export function moment(text: string, what: string): Date {
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) || !/\d[ T]\d/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
  const value = new Date(zoned);
  if (!Number.isNaN(value.getTime())) return value;
  throw new ArcosError('INVALID', `"${text}" is no moment for ${what}`, {
    hint: 'Write 2024-01-31 or 2024-01-31 12:00:00.',
  });
}

function floor(at: Date, size: Size): Date {
  const depth = SIZES.indexOf(size);
  return new Date(
    Date.UTC(
      at.getUTCFullYear(),
      depth > 2 ? 0 : at.getUTCMonth(),
      depth > 1 ? 1 : at.getUTCDate(),
      depth > 0 ? 0 : at.getUTCHours(),
    ),
  );
}

function step(at: Date, size: Size, by: number): Date {
  const [year, month, day, hour] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours()];
  if (size === 'year') return new Date(Date.UTC(year + by, month, day, hour));
  if (size === 'month') return new Date(Date.UTC(year, month + by, day, hour));
  return new Date(Date.UTC(year, month, size === 'day' ? day + by : day, size === 'hour' ? hour + by : hour));
}

/** Of a command's parameters. */
export function eventTimes(params: YamlMap): Pick<Invocation, 'eventTimeStart' | 'eventTimeEnd'> {
  const start = textOf(params['event_time_start']);
  const end = textOf(params['event_time_end']);
  return {
    ...(start === undefined ? {} : { eventTimeStart: moment(start, '--event-time-start') }),
    ...(end === undefined ? {} : { eventTimeEnd: moment(end, '--event-time-end') }),
  };
}
