import { createAccess } from '../../src/access/access.ts';
import type { BenchCase } from '../case.ts';
import { openDatabase } from '../database.ts';

const KEYS = 500;

export const bench: BenchCase = {
  describe:
    '500 keys checked one after the other, none seen within the last second: with principal, roles and groups / the row of the key alone',
  rounds: 15,
  operations: KEYS,
  async prepare() {
    const store = await openDatabase();
    // The clock goes on only when it is told to, so that no round finds what the one before it remembered.
    let now = Date.now();
    const access = createAccess(store, { now: () => new Date(now) });
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
        // What was found within the last second is not looked up again.
        now += 2_000;
        for (const key of keys) if ((await access.authenticate(key)) === undefined) throw new Error('refused');
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
