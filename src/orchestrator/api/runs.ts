import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Question, RouteAccess } from '../../access/http.ts';
import type { Action } from '../../access/policy.ts';
import { goneSignal } from './agents.ts';
import { countQuery, eventId, logQuery, logSearch, read, reportBatch, runQuery } from './input.ts';
import type { OrchestratorApi } from './routes.ts';
import { streamEvents } from './stream.ts';
import { anywhere, visibleNamespaces } from './visible.ts';

interface RunRoute {
  Params: { id: string };
}

/** A batch has about 1 MiB, or one result of 8 MiB; as JSON in JSON it can be twice that. */
const REPORT_BYTES = 32 * 1024 * 1024;

export function runRoutes(app: FastifyInstance, { orchestrator, access }: OrchestratorApi): void {
  const idOf = (request: FastifyRequest) => (request.params as RunRoute['Params']).id;
  const ofRun = (action: Action): { access: RouteAccess } => ({
    access: { action, resource: (request) => orchestrator.owner(idOf(request)) },
  });
  /**
   * Its own process may report for a run; for one it may not report itself, whoever may claim it.
   * Of the run alone: what lets it use its namespace must not let it report for other runs there.
   */
  const reporting = async (request: FastifyRequest): Promise<Question> => {
    const { source, late = false } = read(reportBatch, request.body);
    return source === 'agent' || late
      ? { action: 'run.claim', resource: await orchestrator.owner(idOf(request)) }
      : { action: 'run.report', resource: { run: idOf(request) } };
  };

  app.get('/api/runs', { config: anywhere(access, 'run.read') }, async (request) => {
    const { namespace, state: states, ...query } = read(runQuery, request.query);
    const visible = await visibleNamespaces(access, request.principal, 'run.read');
    const namespaces = namespace === undefined ? visible : visible.filter((id) => id === namespace);
    return orchestrator.runs({ ...query, states, namespaces });
  });

  app.get('/api/logs', { config: anywhere(access, 'run.read') }, async (request) => {
    const { namespace, hours, ...query } = read(logSearch, request.query);
    const visible = await visibleNamespaces(access, request.principal, 'run.read');
    const namespaces = namespace === undefined ? visible : visible.filter((id) => id === namespace);
    const since = new Date(Date.now() - hours * 3_600_000);
    return { logs: await orchestrator.searchLogs({ ...query, namespaces, since }) };
  });

  app.get('/api/runs/counts', { config: anywhere(access, 'run.read') }, async (request) =>
    orchestrator.counts(
      await visibleNamespaces(access, request.principal, 'run.read'),
      read(countQuery, request.query).hours,
    ),
  );

  app.get<RunRoute>('/api/runs/:id', { config: ofRun('run.read') }, ({ params }) => orchestrator.run(params.id));

  app.get<RunRoute>('/api/runs/:id/logs', { config: ofRun('run.read') }, ({ params, query }) =>
    orchestrator.logs(params.id, read(logQuery, query)),
  );

  app.get<RunRoute>('/api/runs/:id/events', { config: ofRun('run.read') }, async (request, reply) => {
    const after = read(eventId, request.headers['last-event-id'] ?? 0);
    await streamEvents(reply, orchestrator.follow(request.params.id, after, goneSignal(reply)));
  });

  app.get<RunRoute>('/api/runs/:id/why', { config: ofRun('run.read') }, ({ params }) => orchestrator.why(params.id));

  app.post<RunRoute>('/api/runs/:id/retry', { config: ofRun('run.control') }, ({ params }) =>
    orchestrator.retry(params.id),
  );

  app.post<RunRoute>('/api/runs/:id/cancel', { config: ofRun('run.control') }, ({ params }) =>
    orchestrator.cancel(params.id),
  );

  app.post<RunRoute>(
    '/api/runs/:id/report',
    { config: { access: { ask: reporting } }, bodyLimit: REPORT_BYTES },
    ({ params, body }) => orchestrator.report(params.id, read(reportBatch, body)),
  );

  app.get<RunRoute>(
    '/api/runs/:id/resume',
    { config: { access: { action: 'run.report', resource: (request) => ({ run: idOf(request) }) } } },
    ({ params }) => orchestrator.resume(params.id),
  );
}
