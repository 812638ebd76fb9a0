import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Access } from './access.ts';

const LOOK_MS = 1_000;

/**
 * Cuts the connection of requests whose key stops being valid while they are open. The returned function
 * registers a request with the key it came with.
 */
export function endRevoked(app: FastifyInstance, access: Access): (reply: FastifyReply, key: string) => void {
  const open = new Map<FastifyReply, string>();
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    for (const [reply, key] of [...open]) {
      // A store that is away says nothing about keys.
      const valid = await access.authenticate(key).then(
        (principal) => principal !== undefined,
        () => true,
      );
      if (!valid) reply.raw.destroy();
    }
  }

  // Most requests are answered long before somebody looks.
  const schedule = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void look().finally(() => {
        if (open.size > 0) schedule();
      });
    }, LOOK_MS).unref();
  };

  app.addHook('onResponse', async (_request, reply) => {
    open.delete(reply);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
  return (reply, key) => {
    open.set(reply, key);
    reply.raw.once('close', () => open.delete(reply));
    schedule();
  };
}
