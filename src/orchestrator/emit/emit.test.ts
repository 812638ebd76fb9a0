import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { AGENT, claimNow, openTestOrchestrator, registrationOf, told } from '../testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code: number; readonly message?: string };
}
interface Heard {
  readonly eventType?: string;
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

test('each attempt is a trace, and its begin and end are events with what it read and wrote', async () => {
  const heard: { path: string; body: Heard }[] = [];
  // The first answer gets lost on its way.
  let refusals = 1;
  const server = createServer(async (request, response) => {
    heard.push({ path: request.url ?? '', body: (await json(request)) as Heard });
    response.writeHead(refusals-- > 0 ? 503 : 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tablesOf = async () => ({ read: ['rio.a_staging.t'], written: ['rio.a.t'] });
  const world = await openTestOrchestrator({
    emit: { otlpUrl: origin, openLineageUrl: `${origin}/api/v1/lineage`, tablesOf },
  });
  closing.push(() => world.close());
  const { orchestrator } = world;
  // Written down from when a server has said that it sends them.
  const sinks = () =>
    world.store
      .tables<{ 'orchestrator.sink': { kind: string } }>()
      .selectFrom('orchestrator.sink')
      .selectAll()
      .execute();
  await expect.poll(sinks).toHaveLength(2);
  const { deployment } = await orchestrator.register(registrationOf('f', { owners: ['ana@rio.br'] }));
  const { id } = await orchestrator.startRun(deployment.id, {});
  const { fence = 0 } = (await claimNow(orchestrator, AGENT, 5_000)) ?? {};
  const task = {
    ...told.task('extrair', 'Completed', '1'),
    startedAt: new Date().toISOString(),
    endedAt: new Date().toISOString(),
  };
  const events = [told.state('Running'), task, told.state('Failed', 'no such file')];
  await orchestrator.report(id, { fence, source: 'run', first: 1, events });

  const of = (path: string) => heard.filter((each) => each.path === path).map(({ body }) => body);
  const types = () => of('/api/v1/lineage').map(({ eventType = '' }) => eventType);
  await expect.poll(() => new Set(types()), { timeout: 30_000 }).toEqual(new Set(['START', 'FAIL']));
  await expect.poll(() => of('/v1/traces').length, { timeout: 30_000 }).toBeGreaterThan(0);
  expect(of('/api/v1/lineage').find(({ eventType }) => eventType === 'FAIL')).toMatchObject({
    run: { runId: id, facets: { errorMessage: { message: 'no such file' } } },
    job: { namespace: 'rj-a', name: 'f', facets: { ownership: { owners: [{ name: 'ana@rio.br' }] } } },
    inputs: [{ namespace: 'arcos', name: 'rio.a_staging.t' }],
    outputs: [{ namespace: 'arcos', name: 'rio.a.t' }],
  });
  const [root, child] = of('/v1/traces').at(-1)?.resourceSpans?.[0]?.scopeSpans[0]?.spans ?? [];
  expect(root).toMatchObject({
    traceId: id.replaceAll('-', ''),
    name: 'f',
    status: { code: 2, message: 'no such file' },
  });
  expect(child).toMatchObject({ name: 'extrair', parentSpanId: root?.spanId, status: { code: 1 } });
  const left = () =>
    world.store
      .tables<{ 'orchestrator.emission': { id: string } }>()
      .selectFrom('orchestrator.emission')
      .selectAll()
      .execute();
  await expect.poll(left, { timeout: 30_000 }).toEqual([]);
});
