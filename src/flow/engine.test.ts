import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { artifact } from './artifact.ts';
import { execute } from './engine.ts';
import type { RunEvent, StoredResult, TaskEvent } from './events.ts';
import { flow } from './flow.ts';
import { runLocally } from './local.ts';
import { log } from './log.ts';
import type { Scope } from './scope.ts';
import { task } from './task.ts';

/** Runs a body as one attempt and gives back how it ended and what it told. */
async function attempt<Result>(
  body: (scope: Scope) => Promise<Result>,
  options: { signal?: AbortSignal; stored?: StoredResult[]; graceMs?: number } = {},
) {
  const events: RunEvent[] = [];
  const outcome = await execute(body, {
    run: { id: 'r1', flow: 'test', attempt: 1 },
    reporter: (event) => events.push(event),
    signal: options.signal ?? new AbortController().signal,
    stored: new Map((options.stored ?? []).map((result) => [result.key, result])),
    random: () => 0.5,
    graceMs: options.graceMs ?? 50,
  });
  const tasks = events.filter((event): event is TaskEvent => event.kind === 'task');
  return {
    outcome,
    events,
    /** `key state` in the order it happened. */
    told: tasks.map(({ key, state }) => `${key} ${state}`),
    last: (key: string) => tasks.findLast((event) => event.key === key),
    final: events.at(-1),
  };
}

const double = task({ name: 'double' }, (n: number) => n * 2);

test('a flow is a function: tasks, loops and parallel calls, told in order', async () => {
  const { outcome, told, final } = await attempt(async () => {
    const one = await double(1);
    const [a, b] = await Promise.all([double(one), double(one + 1)]);
    return a + b;
  });
  expect(outcome).toEqual({ state: 'Completed', value: 10 });
  expect(told).toEqual([
    'double Running',
    'double Completed',
    'double#2 Running',
    'double#3 Running',
    'double#2 Completed',
    'double#3 Completed',
  ]);
  expect(final).toMatchObject({ kind: 'state', state: 'Completed' });
});

test('a mapped task has a key an item, results in their order, and never more at a time than told', async () => {
  let running = 0;
  let most = 0;
  const slow = task({ name: 'slow' }, async (n: number) => {
    most = Math.max(most, ++running);
    await sleep(5);
    running--;
    return n;
  });
  const items = Array.from({ length: 20 }, (_, index) => index);
  const { outcome, last } = await attempt(() => slow.map(items, { concurrency: 3 }));
  expect(outcome).toEqual({ state: 'Completed', value: items });
  expect(most).toBe(3);
  expect(last('slow[19]')).toMatchObject({ state: 'Completed', result: '19' });
});

test('a map carries out every item before it fails, and names the first', async () => {
  const odd = task({ name: 'odd' }, (n: number) => {
    if (n % 2 === 0) throw new Error(`${n} is even`);
    return n;
  });
  const { outcome, told, final } = await attempt(() => odd.map([1, 2, 3, 4, 5]));
  expect(outcome.state).toBe('Failed');
  expect(told.filter((entry) => entry.endsWith('Completed'))).toHaveLength(3);
  expect(final).toMatchObject({ state: 'Failed', message: '2 of 5 failed; the first, "odd[1]": 2 is even' });
});

test('a task is tried again as often as told, then the run fails with its message', async () => {
  let tries = 0;
  const flaky = task({ name: 'flaky', retries: 2 }, (succeedAt: number) => {
    if (++tries < succeedAt) throw new Error(`try ${tries}`);
    return tries;
  });
  const good = await attempt(() => flaky(3));
  expect(good.told).toEqual([
    'flaky Running',
    'flaky Retrying',
    'flaky Running',
    'flaky Retrying',
    'flaky Running',
    'flaky Completed',
  ]);
  expect(good.last('flaky')).toMatchObject({ tries: 3, result: '3' });
  tries = 0;
  const bad = await attempt(() => flaky(9));
  expect(bad.last('flaky')).toMatchObject({ state: 'Failed', tries: 3, message: 'try 3' });
  expect(bad.final).toMatchObject({ state: 'Failed', message: 'Task "flaky" failed: try 3' });
});

test('a try that takes too long fails, and its signal says so to what it waits for', async () => {
  let heard: unknown;
  const endless = task({ name: 'endless', timeout: '20ms' }, (_: undefined, { signal }) => {
    return new Promise<void>((_done, fail) => {
      signal.addEventListener('abort', () => {
        heard = signal.reason;
        fail(signal.reason);
      });
    });
  });
  const { outcome } = await attempt(() => endless());
  expect(outcome).toMatchObject({ state: 'Failed', error: { code: 'TIMEOUT' } });
  expect(heard).toMatchObject({ message: 'Task "endless" took longer than 20ms' });
});

test('where an input came from is found by itself, or told with "after"', async () => {
  const read = task({ name: 'read' }, () => ({ rows: [{ id: 1 }], count: 1 }));
  const clean = task({ name: 'clean' }, ({ rows }: { rows: { id: number }[] }) => rows);
  const count = task({ name: 'count' }, (n: number) => n);
  const { last } = await attempt(async () => {
    const calls = await read();
    const rows = await clean({ rows: calls.rows });
    await clean({ rows: [...rows] }, { key: 'copied' });
    await count(calls.count, { after: [calls] });
    const counted = double.map([1, 2]);
    await count(3, { key: 'merge', after: [counted] });
  });
  expect(last('clean')?.upstream).toEqual(['read']);
  expect(last('copied')?.upstream).toEqual(['clean']);
  expect(last('count')?.upstream).toEqual(['read']);
  expect(last('merge')?.upstream).toEqual(['double[0]', 'double[1]']);
});

test('triggers decide by how the awaited tasks ended; skipped counts as success', async () => {
  const fail = task({ name: 'fail' }, () => Promise.reject(new Error('no')));
  const skip = task({ name: 'skip' }, (_: undefined, context) => context.skip('nothing new'));
  const of = (name: string, trigger: 'all_success' | 'all_done' | 'any_failed' | 'not_all_skipped') =>
    task({ name, trigger }, () => 'ran');
  const { outcome, last } = await attempt(async () => {
    const failing = fail();
    const skipping = skip();
    await Promise.allSettled([
      of('strict', 'all_success')(undefined, { after: [failing, skipping] }),
      of('always', 'all_done')(undefined, { after: [failing] }),
      of('alarm', 'any_failed')(undefined, { after: [failing] }),
      of('no alarm', 'any_failed')(undefined, { after: [skipping] }),
      of('after skip', 'all_success')(undefined, { after: [skipping] }),
      of('all skipped', 'not_all_skipped')(undefined, { after: [skipping] }),
    ]);
  });
  expect(outcome.state).toBe('Completed');
  const states = ['skip', 'strict', 'always', 'alarm', 'no alarm', 'after skip', 'all skipped'].map(
    (key) => last(key)?.state,
  );
  expect(states).toEqual([
    'Skipped',
    'TriggerFailed',
    'Completed',
    'Completed',
    'TriggerFailed',
    'Completed',
    'TriggerFailed',
  ]);
});

test.for([
  ['a date', { at: new Date(0) }, '.at is a Date'],
  ['a number that is none', [1, Number.NaN], '[1] is NaN'],
  ['a function', { rows: [{ f: () => 1 }] }, '.rows[0].f is a function'],
  ['a bigint', 10n, 'it is a bigint'],
  ['a map', new Map(), 'it is a Map'],
])('a result that is %s fails the task by name, without another try', async ([, value, why]) => {
  let tries = 0;
  const bad = task({ name: 'bad', retries: 3 }, () => {
    tries++;
    return value;
  });
  const { outcome } = await attempt(() => bad());
  expect(outcome).toMatchObject({
    state: 'Failed',
    error: { code: 'INVALID', message: `The result of task "bad" cannot be stored as JSON: ${why}` },
  });
  expect(tries).toBe(1);
});

test('a stored result is used when key and input are the same, and only then', async () => {
  let executed: number[] = [];
  const square = task({ name: 'square' }, (n: number) => {
    executed.push(n);
    return { n, square: n * n };
  });
  const body = (last: number) => async () => {
    const results = await square.map([1, 2, last]);
    return results.map((result) => result.square);
  };
  const first = await attempt(body(3));
  const stored = first.events.flatMap((event) =>
    event.kind === 'task' && event.state === 'Completed' && event.inputHash !== undefined
      ? [{ key: event.key, inputHash: event.inputHash, result: event.result ?? '' }]
      : [],
  );
  executed = [];
  const second = await attempt(body(4), { stored });
  expect(second.outcome).toEqual({ state: 'Completed', value: [1, 4, 16] });
  expect(executed).toEqual([4]);
  expect(second.told).toContain('square[0] Reused');
});

test('an input that is not JSON is never taken for the same', async () => {
  const use = task({ name: 'use' }, (input: Map<string, number>) => input.size);
  const { last } = await attempt(() => use(new Map()), { stored: [{ key: 'use', inputHash: '', result: '7' }] });
  expect(last('use')).toMatchObject({ state: 'Completed', result: '0' });
  expect(last('use')).not.toHaveProperty('inputHash');
});

test('cancelling ends the tasks and the run at once, and lets them clean up', async () => {
  const cancel = new AbortController();
  let cleaned = false;
  const long = task({ name: 'long' }, async (_: undefined, { signal }) => {
    try {
      await sleep(60_000, undefined, { signal });
    } finally {
      cleaned = true;
    }
  });
  const waits = task({ name: 'waits', retries: 1, retryDelay: '1h' }, () => Promise.reject(new Error('once')));
  setTimeout(() => cancel.abort(new Error('by ana')), 20);
  const { outcome, last, final } = await attempt(() => Promise.all([long(), waits()]), { signal: cancel.signal });
  expect(outcome.state).toBe('Cancelled');
  expect(cleaned).toBe(true);
  expect(last('long')?.state).toBe('Cancelled');
  expect(last('waits')?.state).toBe('Cancelled');
  expect(final).toMatchObject({ kind: 'state', state: 'Cancelled', message: 'by ana' });
});

test('a task that nobody waits for is still finished, and its failure fails the run', async () => {
  const late = task({ name: 'late' }, async () => {
    await sleep(5);
    throw new Error('too late to see');
  });
  const { final, told } = await attempt(async () => {
    void late();
  });
  expect(told).toEqual(['late Running', 'late Failed']);
  expect(final).toMatchObject({ state: 'Failed', message: 'Task "late" failed: too late to see' });
});

test('an error that the flow catches does not fail the run', async () => {
  const fail = task({ name: 'fail' }, () => Promise.reject(new Error('expected')));
  const { outcome } = await attempt(() => fail().catch(() => 'handled'));
  expect(outcome).toEqual({ state: 'Completed', value: 'handled' });
});

test('logs and artifacts know the task they are written in', async () => {
  const write = task({ name: 'write' }, async (_: undefined, context) => {
    await sleep(1);
    log.info('by itself', { rows: 2 });
    context.log.warn('by context');
    artifact.table('rows', [{ id: 1 }]);
  });
  const { events } = await attempt(async () => {
    log.debug('outside');
    await write();
  });
  const logs = events.filter((event) => event.kind === 'log');
  expect(logs.map(({ level, task, message }) => [level, task, message])).toEqual([
    ['debug', undefined, 'outside'],
    ['info', 'write', 'by itself {"rows":2}'],
    ['warn', 'write', 'by context'],
  ]);
  expect(events.find((event) => event.kind === 'artifact')).toMatchObject({ task: 'write', data: '[{"id":1}]' });
});

test('a flow checks its parameters, fills in defaults, and is retried with what was completed', async () => {
  let reads = 0;
  let tries = 0;
  const read = task({ name: 'read' }, (day: string) => {
    reads++;
    return day;
  });
  const made = flow(
    { name: 'made', retries: 1, parameters: z.object({ day: z.iso.date(), limit: z.number().default(5) }) },
    async ({ day, limit }, run) => {
      await read(day);
      if (++tries === 1) throw new Error('first time');
      return `${day} ${limit} ${run.attempt}`;
    },
  );
  const quiet = { reporter: () => undefined };
  await expect(runLocally(made, { day: '2026-01-01' }, quiet)).resolves.toBe('2026-01-01 5 2');
  expect(reads).toBe(1);
  await expect(runLocally(made, { day: 'x', limit: '1' }, quiet)).rejects.toMatchObject({
    code: 'INVALID',
    message: expect.stringMatching(/^The parameters of "made" are not right: day: .*; limit: /),
  });
});

test('a flow called in a flow is part of its run', async () => {
  const inner = flow({ name: 'inner', parameters: z.object({ n: z.number() }) }, ({ n }) => double(n));
  const { outcome, told } = await attempt(async () => (await inner({ n: 4 })) + 1);
  expect(outcome).toEqual({ state: 'Completed', value: 9 });
  expect(told).toEqual(['double Running', 'double Completed']);
});

test('ten thousand mapped tasks', async () => {
  const items = Array.from({ length: 10_000 }, (_, index) => index);
  const { outcome } = await attempt(async () => (await double.map(items)).reduce((sum, n) => sum + n, 0));
  expect(outcome).toEqual({ state: 'Completed', value: 99_990_000 });
});
