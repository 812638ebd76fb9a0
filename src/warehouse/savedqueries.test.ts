import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../store/store.ts';
import { openTestStore } from '../store/testing.ts';
import { createSavedQueries, type SavedQueries } from './savedqueries.ts';

let store: Store;
let saved: SavedQueries;
beforeAll(async () => {
  store = await openTestStore();
  saved = createSavedQueries(store);
});
afterAll(() => store.close());

const ana = { id: randomUUID(), name: 'ana', all: false };
const rui = { id: randomUUID(), name: 'rui', all: false };

test('everyone sees them, and only their owners or administrators change them', async () => {
  await saved.put('rio', 'por bairro', 'SELECT 1', ana);
  await saved.put('rio', 'por bairro', 'SELECT 2', ana);
  expect(await saved.list('rio')).toMatchObject([{ name: 'por bairro', sql: 'SELECT 2', owner: 'ana' }]);
  expect(await saved.list('outro')).toEqual([]);
  await expect(saved.put('rio', 'por bairro', 'SELECT 3', rui)).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(saved.remove('rio', 'por bairro', rui)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await saved.put('rio', 'por bairro', 'SELECT 3', { ...rui, all: true });
  await saved.remove('rio', 'por bairro', rui);
  expect(await saved.list('rio')).toEqual([]);
});
