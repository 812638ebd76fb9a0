import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { BucketRoute } from './query.ts';
import { demandAlso, type LakeApi, may } from './question.ts';

const Body = z.strictObject({
  copy: z.array(z.strictObject({ from: z.string(), to: z.string() })),
  clear: z.array(z.string()).default([]),
});

/** Our own: many objects change together, which Cloud Storage has no call for. */
export function commitRoute(app: FastifyInstance, api: LakeApi): void {
  app.post<BucketRoute>('/api/lake/:bucket/commit', { config: may(api, 'write') }, async (request, reply) => {
    const parsed = Body.safeParse(request.body);
    if (!parsed.success) throw new ArcosError('INVALID', z.prettifyError(parsed.error));
    const { bucket } = request.params;
    const { copy, clear } = parsed.data;
    // A copy gives nothing away that its caller could not put there: both ends have to be theirs to write.
    for (const name of [...copy.flatMap(({ from, to }) => [from, to]), ...clear]) {
      await demandAlso(api, request, 'write', bucket, name);
    }
    await api.lake.commit({ bucket, copy, clear });
    return reply.status(204).send();
  });
}
