import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { guard } from '../../access/http.ts';
import type { Binding } from '../../access/principal.ts';
import { asArcosError } from '../../base/errors.ts';
import { orchestratorClient } from '../client.ts';
import { AGENT, openTestOrchestrator, registrationOf, type TestOrchestrator, told } from '../testing.ts';
import type { RunStreamEvent } from '../views.ts';
import { orchestratorRoutes } from './routes.ts';

/** Processes and databases are started here, perhaps on a machine that is busy. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let open: TestOrchestrator;
let app: FastifyInstance;
let origin: string;

beforeEach(async () => {
  open = await openTestOrchestrator();
  app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler((thrown, _request, reply) => {
    const { code, message, http } = asArcosError(thrown);
    return reply.status(http).send({ error: { code, message } });
  });
  guard(app, open.access);
  await app.register(orchestratorRoutes(open));
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await app.close();
  await open.close();
});

async function keyWith(...bindings: Binding[]): Promise<string> {
  const name = bindings.map(({ role, scope }) => `${role}@${scope.id}`).join(' ');
  const id = await open.access.putPrincipal({ kind: 'service_account', name, agency: 'rio', bindings });
  return open.access.issueKey(id, { purpose: 'test' });
}
const inAgency = (role: Binding['role']): Binding => ({ role, scope: { kind: 'agency', id: 'rio' } });
const inNamespace = (role: Binding['role'], id: string): Binding => ({ role, scope: { kind: 'namespace', id } });
const as = async (...bindings: Binding[]) => orchestratorClient({ baseUrl: origin, key: await keyWith(...bindings) });

test('each does by HTTP what its role allows, where it has it, and no more', async () => {
  const editor = await as(inAgency('editor'));
  const reader = await as(inNamespace('leitor', 'rj-a'));
  const elsewhere = await as(inNamespace('editor', 'rj-b'));
  const agent = await as(inAgency('agente'));
  const denied = { code: 'DENIED' };

  await expect(reader.register(registrationOf('f'))).rejects.toMatchObject(denied);
  await expect(elsewhere.register(registrationOf('f'))).rejects.toMatchObject(denied);
  const { deployment } = await editor.register(registrationOf('f'));
  await expect(reader.start(deployment.id)).rejects.toMatchObject(denied);
  const started = await editor.start(deployment.id, { parameters: { day: 'x' }, idempotencyKey: 'k' });
  expect(await reader.deployments()).toEqual([deployment]);
  expect((await reader.runs()).runs).toEqual([started]);
  expect((await reader.flows()).map(({ name, deployments }) => [name, deployments])).toEqual([['f', 1]]);
  expect([await elsewhere.deployments(), await elsewhere.flows(), (await elsewhere.runs()).runs]).toEqual([[], [], []]);
  await expect(elsewhere.run(started.id)).rejects.toMatchObject(denied);
  await expect(agent.runs()).rejects.toMatchObject(denied);
  await expect(editor.claim({ ...AGENT, slots: 1, waitMs: 0 })).rejects.toMatchObject(denied);

  const [assignment] = (await agent.claim({ ...AGENT, slots: 1, waitMs: 0 })).runs;
  expect(assignment).toMatchObject({ run: started.id, parameters: { day: 'x' }, project: 'rio', attempt: 1 });
  const { fence = 0, key = '' } = assignment ?? {};
  const itself = orchestratorClient({ baseUrl: origin, key });
  const batch = { fence, source: 'run', first: 1, events: [told.state('Running'), told.log('hello')] } as const;
  expect(await itself.report(started.id, batch)).toEqual({ cancel: false });
  // Not as the agent that has it, not for another run, and nobody else for it.
  await expect(itself.report(started.id, { ...batch, source: 'agent' })).rejects.toMatchObject(denied);
  const other = await editor.start(deployment.id);
  await expect(itself.report(other.id, batch)).rejects.toMatchObject(denied);
  await expect(agent.report(started.id, batch)).rejects.toMatchObject(denied);
  await expect(editor.report(started.id, batch)).rejects.toMatchObject(denied);

  expect((await reader.logs(started.id)).logs.map(({ message }) => message)).toEqual(['hello']);
  await expect(reader.cancel(started.id)).rejects.toMatchObject(denied);
  expect((await editor.cancel(started.id)).state).toBe('Cancelling');
  expect(await itself.report(started.id, { ...batch, first: 3, events: [told.log('bye')] })).toEqual({ cancel: true });
  expect((await agent.heartbeat({ ...AGENT, runs: [{ run: started.id, fence }] })).runs).toEqual({
    [started.id]: 'cancel',
  });
  expect(await reader.agents()).toMatchObject([{ name: 'agent', namespace: 'rj-a', runs: 1 }]);
});

test('a request that makes no sense says what is wrong with it', async () => {
  const editor = await as(inAgency('administrador'));
  const wrong = { ...registrationOf('f'), gitComit: 'abc' };
  await expect(editor.register(wrong)).rejects.toMatchObject({
    code: 'INVALID',
    message: expect.stringContaining('gitComit'),
  });
  // As one that is another agency's: nobody learns what there is elsewhere.
  await expect(editor.run('nothing')).rejects.toMatchObject({ code: 'DENIED' });
  await expect(editor.runs({ limit: 0 })).rejects.toMatchObject({ code: 'INVALID' });
  await expect(editor.claim({ ...AGENT, namespace: 'none', slots: 1, waitMs: 0 })).rejects.toMatchObject({
    code: 'DENIED',
  });
});

/** The events of a stream, as they come, until `enough` of them have. */
async function readStream(run: string, key: string, enough: number, lastEventId?: string) {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const stop = new AbortController();
  const response = await fetch(`${origin}/api/runs/${run}/events`, { headers, signal: stop.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events: { id: string; event: RunStreamEvent }[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(part) ?? [];
      if (id !== undefined && data !== undefined) events.push({ id, event: JSON.parse(data) as RunStreamEvent });
    }
    if (events.length >= enough) break;
  }
  stop.abort();
  return events;
}

test('a run is followed as it happens, and again from where the connection broke', async () => {
  const { orchestrator } = open;
  const key = await keyWith(inAgency('leitor'));
  const { deployment } = await orchestrator.register(registrationOf('f'));
  const { id: run } = await orchestrator.startRun(deployment.id, {});
  const following = readStream(run, key, 6);
  const [assignment] = (await orchestrator.claim({ ...AGENT, slots: 1, waitMs: 5_000 }, new AbortController().signal))
    .runs;
  const { fence = 0 } = assignment ?? {};
  const report = (first: number, ...events: Parameters<typeof orchestrator.report>[1]['events']) =>
    orchestrator.report(run, { fence, source: 'run', first, events });
  await report(1, told.state('Running'), told.log('a'), told.task('one', 'Running'));
  await report(4, told.log('b'), told.task('one', 'Completed', '1'), told.state('Completed'));

  const show = ({ event }: { event: RunStreamEvent }) => {
    if (event.kind === 'log') return event.log.message;
    return event.kind === 'task' ? `${event.task.key} ${event.task.state}` : event.run.state;
  };
  const all = await readStream(run, key, 4);
  expect(all.map(show)).toEqual(['a', 'b', 'one Completed', 'Completed']);
  const again = await readStream(run, key, 3, all[0]?.id);
  expect(again).toEqual(all.slice(1));
  await report(7, told.log('c'), told.log('d'));
  const live = await following;
  expect(live.map(show)).toEqual(expect.arrayContaining(['a', 'b', 'Completed']));
  expect(live.map(({ id }) => Number(id))).toEqual(live.map(({ id }) => Number(id)).toSorted((a, b) => a - b));
});
