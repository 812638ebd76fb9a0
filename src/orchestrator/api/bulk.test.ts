import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guard } from '../../access/http.ts';
import { asArcosError } from '../../base/errors.ts';
import { openTestOrchestrator, registrationOf, type TestOrchestrator } from '../testing.ts';
import { orchestratorRoutes } from './routes.ts';

let open: TestOrchestrator;
let app: FastifyInstance;
beforeAll(async () => {
  open = await openTestOrchestrator();
  app = Fastify();
  app.setErrorHandler((thrown, _request, reply) => reply.status(asArcosError(thrown).http).send());
  guard(app, open.access);
  await app.register(orchestratorRoutes(open));
});
afterAll(async () => {
  await app.close();
  await open.close();
});

async function editorOf(namespace: string) {
  const bindings = [{ role: 'editor', scope: { kind: 'namespace', id: namespace } }] as const;
  const name = `editor@${namespace}`;
  const id = await open.access.putPrincipal({ kind: 'service_account', name, agency: 'rio', bindings });
  const key = await open.access.issueKey(id, { purpose: 'test' });
  return (payload: object) =>
    app.inject({ method: 'POST', url: '/api/runs/bulk', headers: { authorization: `Bearer ${key}` }, payload });
}

test('each run is dealt with by itself, and only those that are theirs', async () => {
  const { deployment } = await open.orchestrator.register(registrationOf('f'));
  const runs = [
    await open.orchestrator.startRun(deployment.id, {}),
    await open.orchestrator.startRun(deployment.id, {}),
  ];
  const ids = runs.map(({ id }) => id);
  const nobody = randomUUID();
  const elsewhere = await editorOf('rj-b');
  const refused = (await elsewhere({ action: 'cancel', runs: [...ids, nobody] })).json();
  const same = { done: false, message: 'Not allowed, or there is no such run' };
  expect(refused.outcomes).toEqual([...ids, nobody].map((run) => ({ run, ...same })));
  const bulk = await editorOf(deployment.namespace);
  const { outcomes } = (await bulk({ action: 'cancel', runs: [...ids, ids[0], nobody] })).json();
  expect(outcomes).toEqual([...ids.map((run) => ({ run, done: true })), { run: nobody, ...same }]);
  expect((await open.orchestrator.run(ids[0] ?? '')).state).toBe('Cancelled');
  for (const payload of [
    { action: 'drop', runs: ids },
    { action: 'cancel', runs: [] },
    { action: 'cancel', runs: ['x'] },
  ])
    expect((await bulk(payload)).statusCode).toBe(400);
});
