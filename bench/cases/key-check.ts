import { createAccess } from '../../src/access/access.ts';
import type { BenchCase } from '../case.ts';
import { openDatabase } from '../database.ts';

const KEYS = 500;

export const bench: BenchCase = {
  describe:
    '500 keys checked one after the other, none ever seen before: with principal, roles and groups / the row of the key alone. Bar: 5,000 a second',
  rounds: 15,
  operations: KEYS,
  async prepare() {
    const store = await openDatabase();
    const access = createAccess(store);
    await access.putAgency({ id: 'escritorio', name: 'Escritório' });
    const keys: string[] = [];
    for (let index = 0; index < KEYS; index++) {
      const bindings = [{ role: 'leitor' as const, scope: { kind: 'agency' as const, id: 'escritorio' } }];
      const id = await access.putPrincipal({ kind: 'user', name: `u${index}`, agency: 'escritorio', bindings });
      keys.push(await access.issueKey(id, { purpose: 'bench' }));
    }
    const plain = store.tables<{ 'access.key': { id: string; sha256: string } }>();
    return {
      async ours() {
        // A server that remembers nothing yet.
        const server = createAccess(store);
        for (const key of keys) if ((await server.authenticate(key)) === undefined) throw new Error('refused');
      },
      async peer() {
        for (const key of keys) {
          const id = key.slice('arcos_'.length, -44);
          const row = await plain.selectFrom('access.key').select('sha256').where('id', '=', id).executeTakeFirst();
          if (row === undefined) throw new Error('not found');
        }
      },
      close: () => store.close(),
    };
  },
};
