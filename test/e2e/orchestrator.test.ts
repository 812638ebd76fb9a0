import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runAgent } from '../../src/agent/agent.ts';
import { silentLog } from '../../src/base/log.ts';
import { lakeClient } from '../../src/lake/client.ts';
import { NAMESPACE, openWorld, type World } from './orchestrator/world.ts';

/** Processes and databases are started here, perhaps on a machine that is busy. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SURROUNDINGS = join(import.meta.dirname, 'orchestrator', 'flows', 'surroundings.ts');
const FAMILY = join(import.meta.dirname, 'orchestrator', 'flows', 'family.ts');
const GREEDY = join(import.meta.dirname, 'orchestrator', 'flows', 'greedy.ts');
const KEEPS = join(import.meta.dirname, 'orchestrator', 'flows', 'keeps.ts');
const MANY = join(import.meta.dirname, 'orchestrator', 'flows', 'many.ts');
const STEPS = join(import.meta.dirname, 'orchestrator', 'flows', 'steps.ts');
/** How long the server is away after the run has ended; `ARCOS_AWAY_SECONDS=600` for ten minutes. */
const AWAY_MS = Number(process.env['ARCOS_AWAY_SECONDS'] ?? 3) * 1_000;
const POLL = { timeout: 20_000, interval: 50 };

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const effectsOf = (file: string) => readFileSync(file, 'utf8').trim().split('\n');

test('deployed, started, claimed, executed, told: the whole way of a run', async () => {
  const [first] = await world.deploy(STEPS);
  expect(first).toMatchObject({ changed: true, deployment: { labels: ['rio'], version: { number: 1 } } });
  expect(await world.deploy(STEPS)).toEqual([{ ...first, changed: false }]);

  const { client } = world;
  const effects = join(world.folder, 'effects');
  await world.startAgent();
  const started = await client.start(first?.deployment.id ?? '', { parameters: { effects } });
  await expect.poll(async () => (await client.run(started.id)).state, POLL).toBe('Completed');
  const run = await client.run(started.id);
  expect(run).toMatchObject({ agent: 'one', attempt: 1, origin: 'manual', agency: 'escritorio' });
  expect(run.history.map(({ state }) => state)).toEqual(['Scheduled', 'Pending', 'Running', 'Completed']);
  expect(run.tasks.map(({ key, state, upstream }) => [key, state, upstream])).toEqual([
    ['one', 'Completed', []],
    ['two', 'Completed', []],
    ['three', 'Completed', []],
  ]);
  expect(run.artifacts).toMatchObject([{ key: 'sum', kind: 'table', data: [{ sum: 3 }] }]);
  // What the process prints comes by its agent: perhaps before or after what it logs, or after its end.
  const messages = async () => (await client.logs(run.id)).logs.map(({ message }) => message).toSorted();
  await expect.poll(messages, POLL).toEqual(['one begins', 'the sum is 3', 'three begins', 'two begins']);
  expect(effectsOf(effects)).toEqual(['one 1', 'two 1', 'three 1']);
});

test('a failed run goes on from the failed task, with the results of the others', async () => {
  const [deployed] = await world.deploy(STEPS);
  const { client } = world;
  const effects = join(world.folder, 'effects');
  await world.startAgent();
  const parameters = { effects, fails: { task: 'two', attempts: [1] } };
  const { id } = await client.start(deployed?.deployment.id ?? '', { parameters });
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Failed');
  expect((await client.run(id)).message).toBe('Task "two" failed: two has no luck');
  await client.retry(id);
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Completed');
  expect(await world.taskStates(id)).toEqual({
    one: ['Completed', 'Reused'],
    two: ['Failed', 'Completed'],
    three: ['Completed'],
  });
  expect(effectsOf(effects)).toEqual(['one 1', 'two 1', 'two 2', 'three 2']);
  await expect(client.retry(id)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a cancelled run ends itself; one that nobody has begun is cancelled at once', async () => {
  const [deployed] = await world.deploy(STEPS);
  const { client } = world;
  const start = () =>
    client.start(deployed?.deployment.id ?? '', { parameters: { effects: join(world.folder, 'effects'), ms: 60_000 } });
  const unbegun = await start();
  expect((await client.cancel(unbegun.id)).state).toBe('Cancelled');

  await world.startAgent();
  const { id } = await start();
  await expect.poll(async () => (await world.taskStates(id))['one'], POLL).toEqual(['Running']);
  expect((await client.cancel(id)).state).toBe('Cancelling');
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Cancelled');
  expect(await world.taskStates(id)).toEqual({ one: ['Cancelled'] });
  expect((await client.run(id)).history.map(({ state }) => state)).toEqual([
    'Scheduled',
    'Pending',
    'Running',
    'Cancelling',
    'Cancelled',
  ]);
});

test('an agent that is stopped gives its runs back, and another goes on with them at once', async () => {
  const [deployed] = await world.deploy(STEPS);
  const { client } = world;
  const effects = join(world.folder, 'effects');
  const first = await world.startAgent('first');
  const { id } = await client.start(deployed?.deployment.id ?? '', { parameters: { effects, ms: 500 } });
  await expect.poll(async () => (await world.taskStates(id))['two'], POLL).toEqual(['Running']);
  first.kill('SIGTERM');
  await world.startAgent('second');
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Completed');
  const run = await client.run(id);
  expect(run).toMatchObject({ agent: 'second', attempt: 2 });
  // Given back, not lost: it does not count as a crash.
  expect(run.history.map(({ state }) => state)).not.toContain('Crashed');
  expect(run.history.findLast(({ state }) => state === 'Scheduled')?.message).toBe('its agent was stopped');
  expect(await world.taskStates(id)).toEqual({
    one: ['Completed', 'Reused'],
    two: ['Cancelled', 'Completed'],
    three: ['Completed'],
  });
});

test('a server that is away for longer than a lease costs a run nothing', async () => {
  const [deployed] = await world.deploy(STEPS);
  const { client } = world;
  const effects = join(world.folder, 'effects');
  await world.startAgent();
  const { id } = await client.start(deployed?.deployment.id ?? '', { parameters: { effects, ms: 1_000 } });
  await expect.poll(async () => (await world.taskStates(id))['one'], POLL).toEqual(['Running']);
  await world.stopServer();
  await expect.poll(() => effectsOf(effects), POLL).toContain('three 1');
  await new Promise((done) => setTimeout(done, AWAY_MS));
  await world.startServer();
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Completed');
  const run = await client.run(id);
  expect(run.attempt).toBe(1);
  expect(run.history.map(({ state }) => state)).toEqual(['Scheduled', 'Pending', 'Running', 'Completed']);
  const begins = (await client.logs(id)).logs.map(({ message }) => message).filter((text) => text.endsWith('begins'));
  expect(begins).toEqual(['one begins', 'two begins', 'three begins']);
});

test.skipIf(!existsSync('/proc/self/stat')).for([
  ['memory', 'MB of memory; 250 are allowed'],
  ['cpu', 's; 2 are allowed'],
])('a run that takes too much %s is ended with all it has started, and has failed', async ([what, why]) => {
  const [deployed] = await world.deploy(GREEDY);
  const { client } = world;
  await world.startAgent('one', { limits: { memoryMb: 250, cpuSeconds: 2 } });
  const { id } = await client.start(deployed?.deployment.id ?? '', { parameters: { what: what ?? '' } });
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Failed');
  expect((await client.run(id)).message).toContain(why);
  const left = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).match(/for \(;;\);$|Buffer\.alloc\(1e7, 1\)/gm);
  await expect.poll(left, POLL).toBeNull();
});

test('a secret is told to nobody, and a large result is kept in the lake and loaded by the retry', async () => {
  const [deployed] = await world.deploy(KEEPS);
  const { client } = world;
  await world.secrets.set({ namespace: NAMESPACE, name: 'SENHA' }, 'muito secreta', 'ana');
  await world.startAgent();
  const { id } = await client.start(deployed?.deployment.id ?? '');
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Failed');
  expect((await client.run(id)).message).toBe('the password *** is not good');
  await client.retry(id);
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Completed');
  expect((await world.taskStates(id))['large']).toEqual(['Completed', 'Reused']);
  const messages = async () => (await client.logs(id)).logs.map(({ message }) => message);
  await expect
    .poll(messages, POLL)
    .toEqual(expect.arrayContaining(['logged ***', 'printed ***', '2000000 characters, own']));
  expect(JSON.stringify([await messages(), await client.run(id)])).not.toContain('secreta');
  const lake = lakeClient({ baseUrl: world.origin, key: await world.key('administrador') });
  const { objects } = await lake.list({ bucket: NAMESPACE, prefix: `results/${id}/` });
  expect(objects.map(({ size }) => size)).toEqual([2_000_011]);

  const { id: next } = await client.start(deployed?.deployment.id ?? '');
  await expect.poll(async () => (await client.run(next)).state, POLL).toBe('Failed');
  expect((await world.taskStates(next))['cached']).toEqual(['Reused']);
});

test('ten thousand mapped tasks are recorded', async () => {
  const [deployed] = await world.deploy(MANY);
  const { client } = world;
  await world.startAgent();
  const { id } = await client.start(deployed?.deployment.id ?? '');
  await expect
    .poll(async () => (await client.runs({ limit: 1 })).runs[0]?.state, { ...POLL, timeout: 60_000 })
    .toBe('Completed');
  const states = Object.values(await world.taskStates(id)).flat();
  expect(states.length).toBe(10_001);
  expect(new Set(states)).toEqual(new Set(['Completed']));
});

test('a run has surroundings of its own, and nothing of it is left when it ends', async () => {
  const [deployed] = await world.deploy(SURROUNDINGS);
  const { client } = world;
  await world.startAgent();
  const { id } = await client.start(deployed?.deployment.id ?? '');
  const printed = async () => (await client.logs(id)).logs.find(({ message }) => message.startsWith('{'))?.message;
  await expect.poll(printed, POLL).toBeDefined();
  const { folder, pid, variables } = JSON.parse((await printed()) ?? '') as {
    folder: string;
    pid: number;
    variables: string[];
  };
  expect(folder).toContain(join('agent-one', 'runs'));
  await expect.poll(() => existsSync(folder), POLL).toBe(false);
  await expect.poll(() => isAlive(pid), POLL).toBe(false);
  const own = ['ARCOS_ATTEMPT', 'ARCOS_KEY', 'ARCOS_NAMESPACE', 'ARCOS_PROJECT', 'ARCOS_RUN', 'ARCOS_SERVER'];
  expect(variables).toEqual(expect.arrayContaining(['PATH', ...own]));
  expect(variables).not.toContain('AGENT');
  expect((await client.run(id)).state).toBe('Completed');
});

test('a run starts another, which runs a program; the retry has it go on, and finds what it left', async () => {
  const deployed = await world.deploy(FAMILY);
  const { client } = world;
  await world.startAgent();
  const parent = deployed.find(({ deployment }) => deployment.flow.name === 'parent')?.deployment.id ?? '';
  const { id } = await client.start(parent);
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Completed');
  const messages = async () => (await client.logs(id)).logs.map(({ message }) => message.replace(/^[a-z]+-.*?: /, ''));
  await expect.poll(messages, POLL).toContain('the child is Completed, sum 84');
  expect(await messages()).toEqual(expect.arrayContaining(['counting', 'the sum is 42', 'the sum is 84']));
  const runs = (await client.runs({})).runs.map(({ flow, origin, attempt }) => [flow.name, origin, attempt]);
  expect(runs.toSorted()).toEqual([
    ['child', 'retry', 2],
    ['parent', 'retry', 2],
  ]);
});

test('code that is not what was registered is not run', async () => {
  const [deployed] = await world.deploy(STEPS);
  const { client } = world;
  const { bucket, name } = deployed?.deployment.version.bundle ?? { bucket: '', name: '' };
  const lake = lakeClient({ baseUrl: world.origin, key: await world.key('administrador') });
  await lake.write({ bucket, name }, Readable.from([Buffer.from('process.exit(0)')]));
  await world.startAgent();
  const { id } = await client.start(deployed?.deployment.id ?? '', { parameters: { effects: '/dev/null' } });
  await expect.poll(async () => (await client.run(id)).state, POLL).toBe('Failed');
  expect((await client.run(id)).message).toContain('is not what was registered');
});

test('an agent that the server will never take says so and ends', async () => {
  const options = { server: world.origin, name: 'x', labels: [], slots: 1, workDir: join(world.folder, 'x') };
  const wrongKey = runAgent({ ...options, key: 'wrong', namespace: NAMESPACE, log: silentLog });
  await expect(wrongKey.done).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  const key = await world.key('administrador');
  const nowhere = runAgent({ ...options, key, namespace: 'nowhere', log: silentLog });
  await expect(nowhere.done).rejects.toMatchObject({ code: 'DENIED' });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
