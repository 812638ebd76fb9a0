import type { Store } from '../src/store/store.ts';
import { openTestStore } from '../src/store/testing.ts';
import { setup } from '../test/support/postgres.ts';

/** A migrated store on an embedded PostgreSQL of its own; `close` stops and removes both. */
export async function openDatabase(): Promise<Store> {
  await using opening = new AsyncDisposableStack();
  opening.defer(await setup());
  const store = await openTestStore();
  opening.defer(() => store.close());
  const open = opening.move();
  return { ...store, close: () => open.disposeAsync() };
}
