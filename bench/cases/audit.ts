import Fastify, { type FastifyInstance } from 'fastify';
import { createAccess } from '../../src/access/access.ts';
import { createAudit } from '../../src/access/audit.ts';
import { guard } from '../../src/access/http.ts';
import type { BenchCase } from '../case.ts';
import { openDatabase } from '../database.ts';

const REQUESTS = 1_000;
const AT_A_TIME = 16;

export const bench: BenchCase = {
  describe:
    '1,000 changes by HTTP, 16 at a time, behind the door: each in the audit log before its answer / without a log',
  rounds: 9,
  operations: REQUESTS,
  async prepare() {
    const store = await openDatabase();
    const access = createAccess(store);
    const audit = createAudit(store);
    await access.putAgency({ id: 'escritorio', name: 'Escritório' });
    const bindings = [{ role: 'editor' as const, scope: { kind: 'agency' as const, id: 'escritorio' } }];
    const id = await access.putPrincipal({ kind: 'user', name: 'ana', agency: 'escritorio', bindings });
    const key = await access.issueKey(id, { purpose: 'bench' });

    async function serve(recorded: boolean): Promise<{ app: FastifyInstance; origin: string }> {
      const app = Fastify({ forceCloseConnections: true });
      guard(app, access, recorded ? { audit } : {});
      const config = { access: { action: 'table.write', resource: () => ({ agency: 'escritorio' }) } } as const;
      app.post('/change', { config }, async () => ({ done: true }));
      return { app, origin: await app.listen({ host: '127.0.0.1', port: 0 }) };
    }

    async function change(origin: string): Promise<void> {
      let left = REQUESTS;
      const worker = async () => {
        while (left-- > 0) {
          const answer = await fetch(`${origin}/change`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key}` },
          });
          if (!answer.ok) throw new Error(`${answer.status}`);
          await answer.arrayBuffer();
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    }

    const [ours, peer] = [await serve(true), await serve(false)];
    return {
      ours: () => change(ours.origin),
      peer: () => change(peer.origin),
      async close() {
        await Promise.all([ours.app.close(), peer.app.close()]);
        await audit.close();
        await store.close();
      },
    };
  },
};
