import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openTestLake, type TestLake } from '../../lake/testing.ts';
import { AGENT, claimNow, openTestOrchestrator, registrationOf, type TestOrchestrator, told } from '../testing.ts';
import { readLogRetention, readRunRetention } from './policy.ts';
import { LOG_BUCKET } from './retain.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const DAY_MS = 24 * 3_600_000;
let world: TestOrchestrator;
let lake: TestLake;
beforeEach(async () => {
  lake = await openTestLake();
  await lake.lake.putBucket({ name: LOG_BUCKET, project: 'rio', purpose: 'code' });
  const runs = readRunRetention('Completed=90d') ?? {};
  world = await openTestOrchestrator({ lake: lake.lake, retention: { runs, logsMs: readLogRetention('30d') } });
});
afterEach(async () => {
  await world.close();
  await lake.close();
});

/** A run that ended so long ago, with three lines. */
async function ended(state: 'Completed' | 'Failed', days: number): Promise<string> {
  const { orchestrator, store } = world;
  const { deployment } = await orchestrator.register(registrationOf('f'));
  const { id } = await orchestrator.startRun(deployment.id, {});
  const { fence = 0 } = (await claimNow(orchestrator, AGENT, 5_000)) ?? {};
  const lines = ['first', 'second Ação', 'third'].map(told.log);
  const events = [told.state('Running'), ...lines, told.task('t', 'Completed', '1'), told.state(state)];
  await orchestrator.report(id, { fence, source: 'run', first: 1, events });
  // Its id says when it was made.
  const at = new Date(Date.now() - days * DAY_MS);
  const old = `${at
    .getTime()
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}${id.slice(13)}`;
  await sql`
    WITH r AS (UPDATE orchestrator.run SET id = ${old}, created_at = ${at}, ended_at = ${at}, principal = NULL WHERE id = ${id}),
      s AS (UPDATE orchestrator.state SET run = ${old} WHERE run = ${id}),
      t AS (UPDATE orchestrator.task_run SET run = ${old} WHERE run = ${id})
    UPDATE orchestrator.log SET run = ${old} WHERE run = ${id}`.execute(store.tables());
  return old;
}

test('old runs go with all that is theirs, old logs go to the lake, and a dry run says so first', async () => {
  const { orchestrator } = world;
  const done = await ended('Completed', 100);
  const failed = await ended('Failed', 100);
  const recent = await ended('Completed', 40);
  const today = await ended('Completed', 0);
  const expected = { runs: { Completed: 1 }, logs: 3, cached: 0 };
  expect(await orchestrator.retain(true)).toEqual(expected);
  expect((await orchestrator.runs({})).runs).toHaveLength(4);

  expect(await orchestrator.retain(false)).toEqual({ ...expected, logs: 2 });
  expect((await orchestrator.runs({})).runs.map(({ id }) => id)).toEqual([today, recent, failed]);
  await expect(orchestrator.run(done)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const { rows } = await sql<{ run: string }>`SELECT DISTINCT run FROM orchestrator.log`.execute(world.store.tables());
  expect(rows).toEqual([{ run: today }]);
  const read = async (query: object) => (await orchestrator.logs(recent, query)).logs.map(({ message }) => message);
  expect(await read({})).toEqual(['first', 'second Ação', 'third']);
  expect(await read({ search: 'AÇÃO' })).toEqual(['second Ação']);
  expect(await read({ after: (await orchestrator.logs(recent, { limit: 1 })).logs[0]?.id })).toHaveLength(2);
  expect(await orchestrator.retain(false)).toEqual({ runs: { Completed: 0 }, logs: 0, cached: 0 });
});

test('lines are searched for over runs, as far back as asked, of the namespaces one sees', async () => {
  const { orchestrator } = world;
  const today = await ended('Completed', 0);
  await ended('Failed', 3);
  const search = (days: number, more: object = {}) =>
    orchestrator.searchLogs({
      namespaces: ['rj-a'],
      search: 'sECOND',
      since: new Date(Date.now() - days * DAY_MS),
      limit: 10,
      ...more,
    });
  expect(await search(1)).toMatchObject([{ run: today, flow: 'f', message: 'second Ação' }]);
  expect(await search(10)).toHaveLength(2);
  expect(await search(10, { namespaces: ['rj-b'] })).toEqual([]);
  expect(await search(10, { flow: 'g' })).toEqual([]);
  expect(await search(10, { level: 'error' })).toEqual([]);
  expect(await search(10, { search: '%' })).toEqual([]);
});
