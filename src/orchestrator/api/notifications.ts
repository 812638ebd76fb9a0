import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Action } from '../../access/policy.ts';
import { deliveryQuery, notificationRule, read, ruleRoute } from './input.ts';
import type { OrchestratorApi } from './routes.ts';
import { anywhere, inNamespace, visibleNamespaces } from './visible.ts';

interface RuleRoute {
  Params: { namespace: string; name: string };
}

/** Who is told of what happens to runs, and what has been told. */
export function notificationRoutes(app: FastifyInstance, { orchestrator, access }: OrchestratorApi): void {
  const ofNamespace = (action: Action) => ({
    access: {
      action,
      resource: ({ params }: FastifyRequest) => inNamespace(access, (params as RuleRoute['Params']).namespace),
    },
  });
  const visible = (request: FastifyRequest) => visibleNamespaces(access, request.principal, 'run.read');
  const one = '/api/namespaces/:namespace/notifications/:name';

  app.get('/api/notifications', { config: anywhere(access, 'run.read') }, async (request) =>
    orchestrator.notificationRules(await visible(request)),
  );
  app.get('/api/notifications/deliveries', { config: anywhere(access, 'run.read') }, async (request) =>
    orchestrator.deliveries(await visible(request), read(deliveryQuery, request.query).limit),
  );
  app.put<RuleRoute>(one, { config: ofNamespace('run.control') }, async ({ params, body, principal }, reply) => {
    await orchestrator.putNotificationRule(read(ruleRoute, params), read(notificationRule, body), principal.name);
    return reply.code(204).send();
  });
  app.delete<RuleRoute>(one, { config: ofNamespace('run.control') }, async ({ params }, reply) => {
    await orchestrator.removeNotificationRule(read(ruleRoute, params));
    return reply.code(204).send();
  });
  app.post<RuleRoute>(`${one}/test`, { config: ofNamespace('run.control') }, async ({ params }, reply) => {
    await orchestrator.testNotificationRule(read(ruleRoute, params));
    return reply.code(202).send({ queued: true });
  });
}
