import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../flow/events.ts';
import { every, once } from '../flow/schedule.ts';
import type { Orchestrator } from './port.ts';
import type { Assignment } from './protocol.ts';
import { AGENT, claimNow, openTestOrchestrator, registrationOf, type TestOrchestrator, told } from './testing.ts';

/** Processes and databases are started here, perhaps on a machine that is busy. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const POLL = { timeout: 10_000, interval: 20 };

let open: TestOrchestrator;
let orchestrator: Orchestrator;

async function use(options: Parameters<typeof openTestOrchestrator>[0] = {}): Promise<void> {
  open = await openTestOrchestrator(options);
  orchestrator = open.orchestrator;
}
beforeEach(() => use());
afterEach(() => open.close());

async function deploy(
  name: string,
  ...more: [Parameters<typeof registrationOf>[1]?, Parameters<typeof registrationOf>[2]?]
) {
  return (await orchestrator.register(registrationOf(name, ...more))).deployment.id;
}

function report({ run, fence }: Assignment, first: number, ...events: RunEvent[]) {
  return orchestrator.report(run, { fence, source: 'run', first, events });
}

async function claim(agent = AGENT): Promise<Assignment> {
  const assignment = await claimNow(orchestrator, agent, 5_000);
  if (assignment === undefined) throw new Error('there was nothing to claim');
  return assignment;
}

test('registering the same again changes nothing; other code is a new version, old code the old one', async () => {
  const register = (hash: string, schedules = [every('1h')]) =>
    orchestrator.register(registrationOf('f', { schedules }, { hash }));
  const first = await register('a');
  expect(first.changed).toBe(true);
  expect(await register('a')).toEqual({ ...first, changed: false });
  const second = await register('b');
  expect(second).toMatchObject({ changed: true, deployment: { id: first.deployment.id, version: { number: 2 } } });
  expect(second.deployment.schedules[0]?.id).toBe(first.deployment.schedules[0]?.id);
  expect((await register('a')).deployment.version.number).toBe(1);
  const rescheduled = await register('a', [every('2h')]);
  expect(rescheduled.deployment.schedules.map(({ description }) => description)).toEqual(['every PT2H']);
  await expect(orchestrator.register({ ...registrationOf('f'), namespace: 'none' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('many who register one flow at a time make one version', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => orchestrator.register(registrationOf('f'))));
  expect(new Set(all.map(({ deployment }) => deployment.id)).size).toBe(1);
  expect(all.filter(({ changed }) => changed)).toHaveLength(1);
});

test('the same idempotency key is the same run, and never one with other parameters', async () => {
  const id = await deploy('f');
  const start = (day: string) => orchestrator.startRun(id, { parameters: { day }, idempotencyKey: 'k' });
  const runs = await Promise.all([start('monday'), start('monday'), start('monday')]);
  expect(new Set(runs.map((run) => run.id)).size).toBe(1);
  await expect(start('sunday')).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(orchestrator.startRun(id, { parameters: { dia: 1 } })).rejects.toMatchObject({ code: 'INVALID' });
  await expect(orchestrator.startRun('nothing', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('an agent gets runs of its namespace whose labels it has, the oldest first', async () => {
  const plain = await orchestrator.startRun(await deploy('plain'), {});
  const gpu = await orchestrator.startRun(await deploy('gpu', { labels: ['gpu', 'rio'] }), {});
  expect(await claimNow(orchestrator, { ...AGENT, namespace: 'rj-b' })).toBeUndefined();
  expect(await claimNow(orchestrator, { ...AGENT, labels: ['rio'] })).toBeUndefined();
  expect((await claim({ ...AGENT, labels: ['rio', 'gpu', 'big'] })).run).toBe(gpu.id);
  expect((await claim()).run).toBe(plain.id);
  expect(await claimNow(orchestrator)).toBeUndefined();
});

test('a run is given to one, however many ask on however many servers', async () => {
  const id = await deploy('f');
  await Promise.all(Array.from({ length: 12 }, () => orchestrator.startRun(id, {})));
  const servers = [orchestrator, await open.another(), await open.another()];
  const claims = await Promise.all(
    Array.from({ length: 9 }, (_, index) => {
      const server = servers[index % 3] ?? orchestrator;
      return server.claim({ ...AGENT, name: `a${index}`, slots: 2, waitMs: 0 }, new AbortController().signal);
    }),
  );
  const runs = claims.flatMap((answer) => answer.runs.map(({ run }) => run));
  expect(runs).toHaveLength(12);
  expect(new Set(runs).size).toBe(12);
});

test('no more runs at a time than the flow allows, also when all ask at once; an end lets the next begin', async () => {
  const id = await deploy('f', { concurrency: 2 });
  for (let run = 0; run < 5; run++) await orchestrator.startRun(id, {});
  const free = await orchestrator.startRun(await deploy('free', {}, { hash: 'b' }), {});
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, index) => claimNow(orchestrator, { ...AGENT, name: `a${index}` })),
  );
  const given = answers.filter((assignment) => assignment !== undefined);
  expect(given.filter(({ flow }) => flow === 'f')).toHaveLength(2);
  expect(given.find(({ flow }) => flow === 'free')?.run).toBe(free.id);

  const [first] = given.filter(({ flow }) => flow === 'f');
  if (first === undefined) throw new Error('nothing was given');
  const waiting = orchestrator.claim({ ...AGENT, slots: 1, waitMs: 10_000 }, new AbortController().signal);
  await report(first, 1, told.state('Running'), told.state('Completed'));
  expect((await waiting).runs).toHaveLength(1);
});

test('a claim waits for a run that is started on another server, and ends when the agent is gone', async () => {
  const id = await deploy('f');
  const other = await open.another();
  const waiting = orchestrator.claim({ ...AGENT, slots: 1, waitMs: 10_000 }, new AbortController().signal);
  const started = await other.startRun(id, {});
  expect((await waiting).runs.map(({ run }) => run)).toEqual([started.id]);

  const gone = new AbortController();
  const abandoned = orchestrator.claim({ ...AGENT, slots: 1, waitMs: 10_000 }, gone.signal);
  gone.abort();
  expect((await abandoned).runs).toEqual([]);
  await orchestrator.startRun(id, {});
  expect(await claimNow(orchestrator)).toBeDefined();
});

test('a batch may come twice, or overlap what came before; a gap is refused, and so is what makes no sense', async () => {
  await orchestrator.startRun(await deploy('f'), {});
  const assignment = await claim();
  await report(assignment, 1, told.state('Running'), told.log('a'));
  await report(assignment, 1, told.state('Running'), told.log('a'));
  await report(assignment, 2, told.log('a'), told.log('b'), told.log('NUL \0'));
  await expect(report(assignment, 9, told.log('late'))).rejects.toMatchObject({ code: 'CONFLICT' });
  await report(assignment, 5, told.state('Completed'), told.log('after the end'));
  const { logs } = await orchestrator.logs(assignment.run, {});
  expect(logs.map(({ message }) => message)).toEqual(['a', 'b', 'NUL \u2400', 'after the end']);
  expect(logs.map(({ id }) => id)).toEqual(logs.map(({ id }) => id).toSorted((a, b) => a - b));
  await expect(report(assignment, 7, told.state('Failed'))).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await orchestrator.run(assignment.run)).state).toBe('Completed');
});

test('a failed run is retried by its policy, reusing what was completed; then it stays failed', async () => {
  await orchestrator.startRun(await deploy('f', { retries: 1 }), {});
  const first = await claim();
  await report(first, 1, told.state('Running'), told.task('one', 'Completed', '1'), told.task('two', 'Running'));
  await report(first, 4, told.state('Failed', 'no luck'));
  await expect(report(first, 5, told.log('x'))).rejects.toMatchObject({ code: 'GONE' });

  const second = await claim();
  expect(second).toMatchObject({ run: first.run, attempt: 2 });
  expect(second.fence).toBeGreaterThan(first.fence);
  expect(second.key).not.toBe(first.key);
  expect(await orchestrator.resume(second.run)).toEqual([{ key: 'one', inputHash: 'same', result: '1' }]);
  await report(second, 1, told.state('Running'), told.state('Failed', 'again'));
  const run = await orchestrator.run(first.run);
  expect(run).toMatchObject({ state: 'Failed', message: 'again', origin: 'retry' });
  expect(run.tasks.map(({ key, state }) => `${key} ${state}`)).toEqual(['one Completed', 'two Failed']);
  expect((await orchestrator.retry(run.id)).state).toBe('Scheduled');
  expect((await claim()).attempt).toBe(3);
});

test("a run's key is there while an agent has it, and may do no more than it needs", async () => {
  await orchestrator.startRun(await deploy('f'), {});
  const assignment = await claim();
  const principal = await open.access.authenticate(assignment.key);
  expect(principal).toMatchObject({ kind: 'run', agency: 'rio' });
  expect(principal?.bindings.map(({ role, scope }) => `${role} ${scope.kind} ${scope.id}`).toSorted()).toEqual([
    'execucao namespace rj-a',
    'execucao project rio',
    `execucao run ${assignment.run}`,
  ]);
  await report(assignment, 1, told.state('Running'), told.state('Completed'));
  await expect.poll(() => open.access.authenticate(assignment.key), POLL).toBeUndefined();
});

test('due schedules make a run each, once, on however many servers; missed firings are made up for by one', async () => {
  await open.close();
  let now = new Date('2026-01-01T00:10:00Z');
  await use({ clock: { now: () => now }, scheduleEveryMs: 20 });
  await open.another();
  const schedules = [every('1h', { parameters: { day: 'x' } }), once('2026-01-01T00:30:00Z')];
  const { deployment } = await orchestrator.register(registrationOf('f', { schedules }));
  expect(deployment.schedules.map(({ next }) => next[0])).toEqual([
    '2026-01-01T00:30:00.000Z',
    '2026-01-01T01:00:00.000Z',
  ]);
  const fired = async () => {
    const { runs } = await orchestrator.runs({});
    return runs.map(({ scheduledFor, parameters, origin }) => [scheduledFor.slice(11, 16), parameters, origin]);
  };
  now = new Date('2026-01-01T00:30:00Z');
  await expect.poll(fired, POLL).toEqual([['00:30', {}, 'schedule']]);
  now = new Date('2026-01-01T03:15:00Z');
  await expect.poll(fired, POLL).toEqual([
    ['01:00', { day: 'x' }, 'schedule'],
    ['00:30', {}, 'schedule'],
  ]);
  now = new Date('2026-01-01T04:00:00Z');
  await expect.poll(async () => (await fired()).length, POLL).toBe(3);
});

test('a run whose agent is silent is taken from it and given to the next, as often as its policy says', async () => {
  await open.close();
  await use({ leaseMs: 1_000, reapEveryMs: 20 });
  await orchestrator.startRun(await deploy('f', {}, { crashRetries: 1 }), {});
  const first = await claim();
  await report(first, 1, told.state('Running'), told.task('one', 'Running'));
  await expect.poll(async () => (await orchestrator.run(first.run)).state, POLL).toBe('Scheduled');
  await expect(report(first, 3, told.state('Completed'))).rejects.toMatchObject({ code: 'GONE' });
  const second = await claim();
  const beat = () => orchestrator.heartbeat({ ...AGENT, runs: [{ run: second.run, fence: second.fence }] });
  expect((await beat()).runs).toEqual({ [second.run]: 'continue' });
  expect((await orchestrator.heartbeat({ ...AGENT, runs: [{ run: first.run, fence: first.fence }] })).runs).toEqual({
    [first.run]: 'lost',
  });
  await orchestrator.cancel(second.run);
  expect((await beat()).runs).toEqual({ [second.run]: 'cancel' });
  await expect.poll(async () => (await orchestrator.run(second.run)).state, POLL).toBe('Cancelled');
  await orchestrator.retry(second.run);
  await claim();
  await expect.poll(async () => (await orchestrator.run(second.run)).state, POLL).toBe('Scheduled');
  await claim();
  await expect.poll(async () => (await orchestrator.run(second.run)).state, POLL).toBe('Crashed');
});

test('what an agent had when it was killed is lost as soon as it is back', async () => {
  await orchestrator.startRun(await deploy('f'), {});
  const first = await claim();
  const fresh = { ...AGENT, runs: [], fresh: true };
  await orchestrator.heartbeat({ ...fresh, name: 'another' });
  expect((await orchestrator.run(first.run)).state).toBe('Pending');
  await orchestrator.heartbeat(fresh);
  expect(await claim()).toMatchObject({ run: first.run, attempt: 2 });
});

test('runs are listed newest first, page by page, by state, flow and namespace', async () => {
  const id = await deploy('f');
  const names: string[] = [];
  for (let run = 0; run < 5; run++) names.unshift((await orchestrator.startRun(id, {})).id);
  await claim();
  const first = await orchestrator.runs({ limit: 2 });
  expect(first.runs.map((run) => run.id)).toEqual(names.slice(0, 2));
  const second = await orchestrator.runs({ limit: 3, before: first.next });
  expect(second.runs.map((run) => run.id)).toEqual(names.slice(2));
  expect(second.next).toBeUndefined();
  expect((await orchestrator.runs({ states: ['Pending'] })).runs.map((run) => run.id)).toEqual(names.slice(4));
  expect((await orchestrator.runs({ flow: 'f', namespaces: ['rj-a'] })).runs).toHaveLength(5);
  expect((await orchestrator.runs({ flow: 'g' })).runs).toEqual([]);
  expect((await orchestrator.runs({ namespaces: [] })).runs).toEqual([]);
  expect(await orchestrator.agents(['rj-a'])).toMatchObject([{ name: 'agent', online: true, runs: 1 }]);
});
