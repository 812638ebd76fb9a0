import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import type { Store } from './store.ts';
import { openTestStore } from './testing.ts';

let store: Store;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

test('a migrated database has nothing left to migrate', async () => {
  expect(await migrate(store)).toEqual([]);
});

test('a database of a newer Arcos is refused with the way out', async () => {
  await sql`INSERT INTO arcos.migration (number, name, sha256) VALUES (9999, '9999_future', 'x')`.execute(
    store.tables(),
  );
  await expect(migrate(store)).rejects.toMatchObject({
    code: 'STATE',
    message: expect.stringContaining('9999_future'),
    hint: expect.stringContaining('newer Arcos'),
  });
});

test('an edited migration is refused by name', async () => {
  await sql`UPDATE arcos.migration SET sha256 = 'x' WHERE number = 1`.execute(store.tables());
  await expect(migrate(store)).rejects.toMatchObject({ code: 'STATE', message: expect.stringContaining('0001_') });
});

test('64-bit integers come back as numbers', async () => {
  const { rows } = await sql`SELECT 9007199254740991::int8 AS n`.execute(store.tables());
  expect(rows).toEqual([{ n: Number.MAX_SAFE_INTEGER }]);
});

test('a listener hears notifications, also after its connection was cut', async () => {
  const heard: string[] = [];
  const stop = await store.listen('news', (payload) => heard.push(payload));
  await store.notify('news', 'one');
  await expect.poll(() => heard).toEqual(['one']);

  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`.execute(
    store.tables(),
  );
  await expect
    .poll(
      async () => {
        await store.notify('news', 'two');
        return heard.at(-1);
      },
      { timeout: 5000 },
    )
    .toBe('two');
  await stop();
});
