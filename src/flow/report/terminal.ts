import { styleText } from 'node:util';
import type { RunEvent, TaskStateName } from '../events.ts';

type Colour = Parameters<typeof styleText>[0];

const COLOURS: Readonly<Record<string, Colour>> = {
  debug: 'gray',
  warn: 'yellow',
  error: 'red',
  Completed: 'green',
  Reused: 'green',
  Failed: 'red',
  TriggerFailed: 'red',
  Retrying: 'yellow',
  Cancelled: 'yellow',
};

const QUIET: ReadonlySet<TaskStateName> = new Set(['Pending', 'Running']);

/** The reporter of a flow that runs by hand: one line an event, on the standard output. */
export function printEvent(event: RunEvent): void {
  for (const line of linesOf(event)) process.stdout.write(`${line}\n`);
}

/** `14:03:21 Completed  extract  1.2 s` and `14:03:21 info       extract  the message`, in local time. */
export function linesOf(event: RunEvent): string[] {
  const time = styleText('gray', new Date(event.at).toLocaleTimeString('sv'));
  const line = (word: string, subject: string, text: string) => {
    const colour = COLOURS[word];
    const padded = word.padEnd(13);
    return [time, colour === undefined ? padded : styleText(colour, padded), subject, text]
      .filter((part) => part !== '')
      .join(' ');
  };
  switch (event.kind) {
    case 'state':
      return [line(event.state, 'run', event.message ?? '')];
    case 'task':
      if (QUIET.has(event.state)) return [];
      return [line(event.state, event.key, [tookOf(event), event.message].filter(Boolean).join(' '))];
    case 'log': {
      const [first = '', ...rest] = event.message.split('\n');
      return [line(event.level, event.task ?? 'run', first), ...rest.map((text) => `  ${text}`)];
    }
    case 'artifact':
      return [line('artifact', event.task ?? 'run', `${event.artifact} "${event.key}"`)];
  }
}

function tookOf({ startedAt, endedAt }: { readonly startedAt?: string; readonly endedAt?: string }): string {
  if (startedAt === undefined || endedAt === undefined) return '';
  return `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`;
}
