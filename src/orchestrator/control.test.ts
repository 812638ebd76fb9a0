import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { cron, every, type Schedule } from '../flow/schedule.ts';
import type { OrchestratorTables } from './tables.ts';
import { AGENT, claimNow, openTestOrchestrator, registrationOf, type TestOrchestrator, told } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: TestOrchestrator;
let time = new Date('2026-03-02T12:00:00Z');
const clock: Clock = { now: () => time };
beforeEach(async () => {
  time = new Date('2026-03-02T12:00:00Z');
  // Schedules are fired by what registers and pauses, and at every 50 ms.
  world = await openTestOrchestrator({ clock, scheduleEveryMs: 50, leaseMs: 60_000 });
});
afterEach(() => world.close());

const POLL = { timeout: 10_000, interval: 20 };

async function deploy(name: string, flow: Parameters<typeof registrationOf>[1] = {}) {
  const { deployment } = await world.orchestrator.register(registrationOf(name, flow));
  return deployment;
}
const start = async (deployment: string, parameters = {}) =>
  (await world.orchestrator.startRun(deployment, { parameters })).id;
const stateOf = async (id: string) => (await world.orchestrator.run(id)).state;
async function end(run: { run: string; fence: number }) {
  const events = [told.state('Running'), told.state('Completed')];
  await world.orchestrator.report(run.run, { fence: run.fence, source: 'run', first: 1, events });
}

test('a limit of a tag holds over flows, also when all ask at once; an end makes room', async () => {
  const { orchestrator } = world;
  const flows = [await deploy('one', { tags: ['heavy'] }), await deploy('two', { tags: ['heavy', 'x'] })];
  await orchestrator.putLimit({ scope: 'tag', name: 'heavy', most: 2 });
  for (const { id } of [...flows, ...flows, ...flows]) await start(id);
  const asking = Array.from({ length: 5 }, (_, index) => claimNow(orchestrator, { ...AGENT, name: `a${index}` }));
  const given = (await Promise.all(asking)).filter((run) => run !== undefined);
  expect(given).toHaveLength(2);
  const [first] = given;
  if (first !== undefined) await end(first);
  expect(await claimNow(orchestrator)).toBeDefined();
  expect(await claimNow(orchestrator)).toBeUndefined();
  const waiting = (await orchestrator.runs({ states: ['Scheduled'] })).runs[0]?.id ?? '';
  expect((await orchestrator.why(waiting)).reasons).toMatchObject([
    { code: 'limit_reached', message: 'the limit of tag heavy is reached: 2 of 2 are active' },
  ]);
  await orchestrator.removeLimit('tag', 'heavy');
  expect(await claimNow(orchestrator)).toBeDefined();
});

test('runs that collide wait, are cancelled, or replace the others', async () => {
  const { orchestrator } = world;
  const cancelNew = await deploy('cancel', { collision: 'cancel_new' });
  const first = await start(cancelNew.id);
  const second = await start(cancelNew.id);
  expect([await stateOf(first), await stateOf(second)]).toEqual(['Scheduled', 'Cancelled']);
  expect((await orchestrator.run(second)).message).toContain('1 earlier runs');

  const replace = await deploy('replace', { collision: 'replace', labels: ['r'] });
  const begun = await start(replace.id);
  const claimed = await claimNow(orchestrator, { ...AGENT, labels: ['r'] });
  expect(claimed?.run).toBe(begun);
  const waiting = await start(replace.id);
  const newest = await start(replace.id);
  expect([await stateOf(begun), await stateOf(waiting), await stateOf(newest)]).toEqual([
    'Cancelling',
    'Cancelled',
    'Scheduled',
  ]);
});

test('why a run has not begun', async () => {
  const { orchestrator } = world;
  const codes = async (id: string) => (await orchestrator.why(id)).reasons.map(({ code }) => code);
  const flow = await deploy('f', { labels: ['gpu'], concurrency: 1 });
  const run = await start(flow.id);
  expect(await codes(run)).toEqual(['no_agent']);
  await orchestrator.heartbeat({ ...AGENT, runs: [] });
  expect(await codes(run)).toEqual(['no_agent_with_labels']);
  const agent = { ...AGENT, name: 'gpu', labels: ['gpu'] };
  await orchestrator.heartbeat({ ...agent, runs: [] });
  expect(await codes(run)).toEqual(['agents_busy']);
  time = new Date(time.getTime() + 1);
  const next = await start(flow.id);
  expect((await claimNow(orchestrator, agent))?.run).toBe(run);
  expect(await codes(run)).toEqual(['not_waiting']);
  expect(await codes(next)).toEqual(['flow_full']);
  expect(await orchestrator.metrics()).toContain('arcos_runs{namespace="rj-a",state="Pending"} 1');
});

test('a backfill makes the runs of its time, a few at a time, and can be cancelled', async () => {
  const { orchestrator } = world;
  const schedules = [cron('0 6 * * *', { timeZone: 'UTC', parameters: { day: 'a' } })];
  const { id } = await deploy('f', { schedules });
  const request = { from: new Date('2026-01-01T06:00:00Z'), until: new Date('2026-01-04T06:00:00Z'), concurrency: 2 };
  expect((await orchestrator.planBackfill(id, request)).map(({ at }) => at.slice(0, 10))).toEqual([
    '2026-01-01',
    '2026-01-02',
    '2026-01-03',
  ]);
  const made = await orchestrator.startBackfill(id, request);
  expect(made).toMatchObject({ runs: 3, states: { Scheduled: 3 } });
  const given = [await claimNow(orchestrator), await claimNow(orchestrator), await claimNow(orchestrator)];
  expect(given.map((run) => run?.scheduledFor.slice(0, 10))).toEqual(['2026-01-01', '2026-01-02', undefined]);
  expect(given[0]?.parameters).toEqual({ day: 'a' });
  expect((await orchestrator.cancelBackfill(made.id)).states).toEqual({ Cancelling: 2, Cancelled: 1 });
  const nothing = { ...request, until: new Date('2026-01-01T07:00:00Z'), from: new Date('2026-01-01T06:30:00Z') };
  await expect(orchestrator.startBackfill(id, nothing)).rejects.toMatchObject({ code: 'INVALID' });
});

test.for<[NonNullable<Schedule['catchUp']>, number]>([
  ['one', 1],
  ['all', 3],
  ['none', 0],
])('firings that were missed, with catchUp %s', async ([catchUp, runs]) => {
  const { orchestrator } = world;
  await deploy('f', { schedules: [every('1h', { catchUp })] });
  await orchestrator.stop();
  // 13, 14 and 15 o'clock have passed.
  time = new Date('2026-03-02T15:30:00Z');
  const later = await world.another();
  const made = async () => (await later.runs({})).runs.length;
  const next = async () => (await later.deployments(['rj-a']))[0]?.schedules[0]?.next[0];
  await expect.poll(made, POLL).toBe(runs);
  const planned = () =>
    world.store
      .tables<OrchestratorTables>()
      .selectFrom('orchestrator.schedule')
      .select('next_at')
      .executeTakeFirstOrThrow();
  await expect.poll(async () => (await planned()).next_at, POLL).toEqual(new Date('2026-03-02T16:00:00Z'));
  // None is made up for twice, and the next one comes by itself.
  time = new Date('2026-03-02T16:00:10Z');
  await expect.poll(made, POLL).toBe(runs + 1);
  expect(await next()).toBe('2026-03-02T17:00:00.000Z');
});

test('a paused schedule does not fire, and makes up for nothing when it goes on', async () => {
  const { orchestrator } = world;
  const { schedules } = await deploy('f', { schedules: [every('1h', { catchUp: 'all' })] });
  const id = schedules[0]?.id ?? '';
  await orchestrator.pauseSchedule(id, false);
  time = new Date('2026-03-02T15:30:00Z');
  await orchestrator.pauseSchedule(id, true);
  time = new Date('2026-03-02T16:00:10Z');
  const made = async () => (await orchestrator.runs({})).runs.map(({ scheduledFor }) => scheduledFor);
  await expect.poll(made, POLL).toEqual(['2026-03-02T16:00:00.000Z']);
});

test('values change by compare-and-set, and belong to the namespace', async () => {
  const { orchestrator } = world;
  const run = await start((await deploy('f')).id);
  await expect(orchestrator.value(run, 'k')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await orchestrator.setValue(run, 'k', { value: [1], revision: 0 })).toEqual({ revision: 1 });
  const stale = orchestrator.setValue(run, 'k', { value: [2], revision: 0 });
  await expect(stale).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await orchestrator.setValue(run, 'k', { value: [3], revision: 1 })).toEqual({ revision: 2 });
  expect(await orchestrator.setValue(run, 'k', { value: null })).toEqual({ revision: 3 });
  expect(await orchestrator.value(run, 'k')).toMatchObject({ value: null, revision: 3 });
});

test('a run starts another once, and has it go on when it failed', async () => {
  const { orchestrator } = world;
  const parent = await start((await deploy('parent', { labels: ['p'] })).id);
  await deploy('child');
  const request = { flow: 'child', parameters: { day: 'x' }, key: 'run child' };
  const child = await orchestrator.startChild(parent, request);
  expect(await orchestrator.startChild(parent, request)).toMatchObject({ id: child.id, origin: 'flow' });
  const claimed = await claimNow(orchestrator);
  expect(claimed?.run).toBe(child.id);
  const events = [told.state('Running'), told.log('hello'), told.state('Failed')];
  await orchestrator.report(child.id, { fence: claimed?.fence ?? 0, source: 'run', first: 1, events });
  expect(await orchestrator.child(parent, child.id, 0)).toMatchObject({
    run: { state: 'Failed' },
    logs: [{ message: 'hello' }],
  });
  expect(await orchestrator.startChild(parent, request)).toMatchObject({
    id: child.id,
    state: 'Scheduled',
    attempt: 2,
  });
  expect(await orchestrator.cancelChild(parent, child.id)).toMatchObject({ state: 'Cancelled' });
  await expect(orchestrator.child(child.id, parent, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(orchestrator.startChild(parent, { flow: 'none', key: 'x' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
