import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { openTestStore } from '../store/testing.ts';
import { createAccess } from './access.ts';
import { keyRing, kmsProgram } from './masterkey.ts';
import { createSecrets } from './secrets.ts';
import type { AccessTables } from './tables.ts';

let store: Store;
let dir: string;
const newKey = () => randomBytes(32).toString('base64');
const PLACE = { namespace: 'rj-escritorio', name: 'SENHA' };
const VALUE = 'çedilha e 🔑\nem duas linhas';

beforeAll(async () => {
  store = await openTestStore();
  dir = mkdtempSync(join(tmpdir(), 'arcos-secrets-'));
  const access = createAccess(store);
  await access.putAgency({ id: 'escritorio', name: 'Escritório' });
  await access.putProject({ id: 'rj-escritorio', agency: 'escritorio' });
  for (const id of ['rj-escritorio', 'rj-outro'])
    await access.putNamespace({ id, agency: 'escritorio', project: 'rj-escritorio' });
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await store?.close();
});
beforeEach(() => store.tables<AccessTables>().deleteFrom('access.secret').execute());

const rows = () => store.tables<AccessTables>().selectFrom('access.secret').selectAll().execute();

it('gives back what was set, and keeps nothing of it in the clear', async () => {
  // With another key each time.
  const other = createSecrets(store, keyRing(newKey));
  const ring = newKey();
  const own = createSecrets(
    store,
    keyRing(() => ring),
  );
  await own.set(PLACE, VALUE, 'ana');
  expect(await own.read(PLACE)).toBe(VALUE);
  expect(await own.list('rj-escritorio')).toEqual([{ name: 'SENHA', updatedAt: expect.any(Date), updatedBy: 'ana' }]);
  expect(await own.list('rj-outro')).toEqual([]);
  const [first] = await rows();
  await own.set(PLACE, VALUE, 'bia');
  const [second] = await rows();
  expect(second?.sealed.equals(first?.sealed ?? Buffer.alloc(0))).toBe(false);
  expect(second?.sealed.includes('linhas')).toBe(false);
  await expect(other.read(PLACE)).rejects.toMatchObject({ code: 'CONFIG' });
  await own.remove(PLACE);
  await expect(own.read(PLACE)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(own.remove(PLACE)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('refuses a row that was changed, or put in the place of another', async () => {
  const ring = newKey();
  const secrets = createSecrets(
    store,
    keyRing(() => ring),
  );
  await secrets.set(PLACE, VALUE, 'ana');
  await secrets.set({ namespace: 'rj-outro', name: 'SENHA' }, 'outro', 'ana');
  const db = store.tables<AccessTables>();
  const of = (namespace: string) => db.selectFrom('access.secret').selectAll().where('namespace', '=', namespace);
  const { sealed, wrapped } = await of('rj-outro').executeTakeFirstOrThrow();
  await db.updateTable('access.secret').set({ sealed, wrapped }).where('namespace', '=', 'rj-escritorio').execute();
  await expect(secrets.read(PLACE)).rejects.toThrow(/changed in the database/);
});

it('goes over to a new key while the old one is at hand, and then works without it', async () => {
  const [old, young] = [newKey(), newKey()];
  let file = old;
  const secrets = createSecrets(
    store,
    keyRing(() => file),
  );
  for (const name of ['A', 'B', 'C']) await secrets.set({ ...PLACE, name }, `valor ${name}`, 'ana');
  const values = () => Promise.all(['A', 'B', 'C'].map((name) => secrets.read({ ...PLACE, name })));
  file = young;
  await expect(values()).rejects.toThrow(/does not have/);
  file = `# of today\n${young}\n# of yesterday\n${old}\n`;
  expect(await secrets.rotate()).toBe(3);
  expect(await secrets.rotate()).toBe(0);
  file = young;
  expect(await values()).toEqual(['valor A', 'valor B', 'valor C']);
});

it.each(['', 'short', '# nothing', Buffer.alloc(31).toString('base64')])('takes %j for no key', async (text) => {
  await expect(keyRing(() => text).wrap(Buffer.alloc(32))).rejects.toMatchObject({ code: 'CONFIG' });
});

it('lets a program keep the key', async () => {
  const program = join(dir, 'kms');
  // Any reversible change will do to see that it is asked.
  writeFileSync(
    program,
    '#!/bin/sh\ncase $1 in wrap) echo "v1:$(rev)" ;; unwrap) sed \'s/^v1://\' | rev ;; *) exit 2 ;; esac\n',
  );
  chmodSync(program, 0o700);
  const secrets = createSecrets(store, kmsProgram(program));
  await secrets.set(PLACE, VALUE, 'ana');
  expect(await secrets.read(PLACE)).toBe(VALUE);
  expect(await secrets.rotate()).toBe(1);
  expect(await secrets.read(PLACE)).toBe(VALUE);
  writeFileSync(program, '#!/bin/sh\necho sealed >&2\nexit 3\n');
  await expect(secrets.read(PLACE)).rejects.toThrow(/failed to unwrap: sealed/);
  await expect(createSecrets(store, kmsProgram(join(dir, 'none'))).set(PLACE, 'x', 'ana')).rejects.toMatchObject({
    code: 'CONFIG',
  });
});
