import { sha256 } from '../../base/ids.ts';
import type { ToldAttempt } from './attempt.ts';

/** OpenTelemetry's status codes (opentelemetry-proto, trace.proto). */
const OK = 1;
const ERROR = 2;
const INTERNAL = 1;

/** A run is a trace: its id is the trace's. Spans get theirs of what they are, so that sent again they are the same. */
const spanId = (...parts: readonly (string | number)[]) => sha256(parts.join(' ')).slice(0, 16);
const nanos = (at: string) => `${Date.parse(at)}000000`;

/**
 * An attempt that is over, as OTLP/HTTP takes it in JSON (`POST /v1/traces`): one span for the attempt, below it one
 * for each of its tasks.
 */
export function traceOf({ run, attempt, state, message, startedAt, at, tasks }: ToldAttempt): object {
  const traceId = run.id.replaceAll('-', '');
  const root = spanId(run.id, attempt);
  const status = (ended: string, said?: string) =>
    ended === 'Completed' || ended === 'Reused' || ended === 'Skipped'
      ? { code: OK }
      : { code: ERROR, message: said ?? ended };
  const spans = [
    {
      traceId,
      spanId: root,
      name: run.flow,
      kind: INTERNAL,
      startTimeUnixNano: nanos(startedAt ?? at),
      endTimeUnixNano: nanos(at),
      attributes: attributesOf({
        'arcos.run.id': run.id,
        'arcos.run.name': run.name,
        'arcos.namespace': run.namespace,
        'arcos.agency': run.agency,
        'arcos.attempt': attempt,
        'arcos.state': state,
        ...(run.parent === undefined ? {} : { 'arcos.run.parent': run.parent }),
      }),
      status: status(state, message),
      ...(run.parent === undefined
        ? {}
        : { links: [{ traceId: run.parent.replaceAll('-', ''), spanId: spanId(run.parent, 1) }] }),
    },
    ...tasks.flatMap((task) => {
      if (task.startedAt === undefined) return [];
      return [
        {
          traceId,
          spanId: spanId(run.id, attempt, task.key),
          parentSpanId: root,
          name: task.key,
          kind: INTERNAL,
          startTimeUnixNano: nanos(task.startedAt),
          endTimeUnixNano: nanos(task.endedAt ?? at),
          attributes: attributesOf({ 'arcos.state': task.state, 'arcos.tries': task.tries }),
          status: status(task.state, task.message),
        },
      ];
    }),
  ];
  const resource = { attributes: attributesOf({ 'service.name': 'arcos', 'service.namespace': run.namespace }) };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'arcos' }, spans }] }] };
}

function attributesOf(values: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    // 64-bit integers are texts in the JSON of protocol buffers.
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}
