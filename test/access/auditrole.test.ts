import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openTestStore } from '../../src/store/testing.ts';
import { openWorld, type World } from './world.ts';

/** The roles of docs/reference/settings.md, under names that no other test uses. */
const SUFFIX = `_${process.pid}`;
const DATABASE = `arcos${SUFFIX}`;

let server: Store;
let world: World;
let everyday: pg.Client;
let urls: { owner: string; everyday: string };

/** What the reference tells the database's administrator to do. */
function documented(): string[] {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'reference', 'settings.md'), 'utf8');
  const [, text = ''] = /## A PostgreSQL of your own[\s\S]*?```sql\n([\s\S]*?)```/.exec(page) ?? [];
  return text
    .replaceAll(/arcos_(owner|everyday)/g, (role) => role + SUFFIX)
    .replace('DATABASE arcos ', `DATABASE ${DATABASE} `)
    .split('\n')
    .filter((line) => line !== '');
}

beforeAll(async () => {
  server = await openTestStore();
  const administrator = new pg.Client({ connectionString: server.url });
  await administrator.connect();
  for (const statement of documented()) await administrator.query(statement);
  await administrator.end();
  const urlOf = (role: string) => {
    const url = new URL(server.url);
    url.username = role + SUFFIX;
    url.pathname = DATABASE;
    return url.href;
  };
  urls = { owner: urlOf('arcos_owner'), everyday: urlOf('arcos_everyday') };
  world = await openWorld({ 'database-url': urls.everyday, 'database-owner-url': urls.owner });
  everyday = new pg.Client({ connectionString: urls.everyday });
  await everyday.connect();
}, 120_000);
afterAll(async () => {
  await everyday?.end();
  await world?.close();
  const administrator = new pg.Client({ connectionString: server.url });
  await administrator.connect();
  await administrator.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
  for (const role of ['arcos_everyday', 'arcos_owner'])
    await administrator.query(`DROP ROLE IF EXISTS ${role}${SUFFIX}`);
  await administrator.end();
  await server?.close();
});

test('the server works as a role that owns none of its tables', async () => {
  const admin = world.server.adminKey;
  const project = '/bigquery/v2/projects/rj-escritorio';
  const made = await world.call(admin, 'POST', `${project}/datasets`, { datasetReference: { datasetId: 'adm' } });
  expect(made.status).toBe(200);
  const query = 'CREATE TABLE adm.chamado AS SELECT 1 AS id; SELECT * FROM adm.chamado';
  const answer = await world.call(admin, 'POST', `${project}/queries`, { query, useLegacySql: false });
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ jobComplete: true })]);
});

test.for([
  'UPDATE access.audit SET name = name',
  'DELETE FROM access.audit',
  'TRUNCATE access.audit',
  'DROP TABLE access.audit',
  'ALTER TABLE access.audit DISABLE TRIGGER ALL',
  'ALTER TABLE access.audit DISABLE TRIGGER append_only',
  'CREATE OR REPLACE FUNCTION access.refuse_change() RETURNS trigger LANGUAGE sql AS $$ SELECT NULL $$',
  'CREATE RULE quiet AS ON INSERT TO access.audit DO INSTEAD NOTHING',
  "SET session_replication_role = 'replica'",
  'GRANT ALL ON access.audit TO CURRENT_USER',
  'ALTER TABLE access.audit OWNER TO CURRENT_USER',
  `SET ROLE arcos_owner${SUFFIX}`,
  'DELETE FROM arcos.migration',
])('%s is refused to the server’s role', async (statement) => {
  const count = async () => (await everyday.query('SELECT count(*)::int AS n FROM access.audit')).rows[0].n as number;
  const before = await count();
  // A GRANT without the right to give only warns.
  await everyday.query(statement).then(
    () => expect(statement).toMatch(/^GRANT/),
    (error: unknown) => expect((error as { code: string }).code).toMatch(/^42501$/),
  );
  expect(await count()).toBeGreaterThanOrEqual(before);
  const { rows } = await everyday.query(
    "SELECT has_table_privilege('access.audit', 'UPDATE, DELETE, TRUNCATE') AS may",
  );
  expect(rows).toEqual([{ may: false }]);
});

test('the owner cannot change an entry by mistake either', async () => {
  const client = new pg.Client({ connectionString: urls.owner });
  await client.connect();
  await expect(client.query('DELETE FROM access.audit')).rejects.toMatchObject({ code: '42501' });
  await client.end();
});
