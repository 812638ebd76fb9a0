import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { demand } from '../../access/http.ts';
import { asArcosError } from '../../base/errors.ts';
import type { BulkOutcome } from '../views.ts';
import { read } from './input.ts';
import type { OrchestratorApi } from './routes.ts';
import { anywhere } from './visible.ts';

const REQUEST = z.strictObject({ action: z.enum(['retry', 'cancel']), runs: z.array(z.uuid()).min(1).max(500) });

/** The same done to many runs: each by itself, so that one that cannot be keeps none of the others back. */
export function bulkRoute(app: FastifyInstance, { orchestrator, access }: OrchestratorApi): void {
  app.post('/api/runs/bulk', { config: anywhere(access, 'run.control') }, async ({ body, principal }) => {
    const { action, runs } = read(REQUEST, body);
    const outcomes: BulkOutcome[] = [];
    for (const run of new Set(runs)) {
      try {
        demand(principal, 'run.control', await orchestrator.owner(run));
        await (action === 'retry' ? orchestrator.retry(run) : orchestrator.cancel(run));
        outcomes.push({ run, done: true });
      } catch (thrown) {
        const { code, message } = asArcosError(thrown);
        // What is not there is told like what is not theirs.
        const said = code === 'NOT_FOUND' || code === 'DENIED' ? 'Not allowed, or there is no such run' : message;
        outcomes.push({ run, done: false, message: code === 'INTERNAL' ? 'Something went wrong' : said });
      }
    }
    return { outcomes };
  });
}
