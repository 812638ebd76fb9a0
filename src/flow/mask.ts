import type { RunEvent } from './events.ts';

/** Shorter ones are in too many words. */
const SHORTEST = 4;
const MASK = '***';

const hidden = new Set<string>();
let pattern: RegExp | undefined;

/** From now on nothing that this process tells has the value in it, whole, by lines, or as texts often carry it. */
export function hide(value: string): void {
  const parts = [value, ...value.split(/\r?\n/)].filter((part) => part.length >= SHORTEST);
  for (const part of parts) {
    const inJson = JSON.stringify(part).slice(1, -1);
    const base64 = Buffer.from(part).toString('base64');
    const forms = [
      part,
      inJson,
      encodeURIComponent(part),
      base64,
      base64.replace(/=+$/, ''),
      Buffer.from(part).toString('base64url'),
    ];
    for (const form of forms) hidden.add(form);
  }
  // The longest first: one may be the beginning of another.
  const longest = [...hidden].sort((a, b) => b.length - a.length);
  pattern = longest.length === 0 ? undefined : new RegExp(longest.map(RegExp.escape).join('|'), 'g');
  for (const stream of [process.stdout, process.stderr]) maskWrites(stream);
}

export function masked(text: string): string {
  return pattern === undefined ? text : text.replace(pattern, MASK);
}

/** Results stay as they are: a later attempt takes them for what the task returned. */
export function maskEvent(event: RunEvent): RunEvent {
  if (pattern === undefined) return event;
  if (event.kind === 'artifact') return { ...event, data: masked(event.data) };
  return event.message === undefined ? event : { ...event, message: masked(event.message) };
}

const wrapped = new WeakSet<NodeJS.WriteStream>();

/** What code prints by itself is read by the agent, which knows of no secret. */
function maskWrites(stream: NodeJS.WriteStream): void {
  if (wrapped.has(stream)) return;
  wrapped.add(stream);
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
  stream.write = ((chunk: unknown, ...rest: unknown[]) =>
    write(
      typeof chunk === 'string' || chunk instanceof Uint8Array
        ? masked(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
        : chunk,
      ...rest,
    )) as typeof stream.write;
}
