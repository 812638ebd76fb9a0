import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { issueRunKey } from '../../src/orchestrator/runkeys.ts';
import { openWorld, type World } from './world.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const VALUE = 'hunter2 com espaço e "aspas"';

let world: World;

beforeAll(async () => {
  world = await openWorld();
}, 120_000);
afterAll(() => world?.close());

async function arcos(args: readonly string[], input = ''): Promise<string> {
  const env = { ...process.env, ARCOS_SERVER: world.origin, ARCOS_KEY: world.server.adminKey };
  const running = promisify(execFile)(process.execPath, [MAIN, ...args], { env });
  running.child.stdin?.end(input);
  return (await running).stdout.trim();
}

/** A key as a run of the namespace is given it. */
async function runKey(namespace: string): Promise<string> {
  const id = crypto.randomUUID();
  return (await issueRunKey(world.access, { id, namespace, attempt: 1 })).key;
}

test('a value goes in by standard input, and comes out for runs of its namespace alone', {
  timeout: 60_000,
}, async () => {
  await arcos(['secret', 'set', 'rj-escritorio', 'SENHA'], `${VALUE}\n`);
  expect(JSON.parse(await arcos(['secret', 'list', 'rj-escritorio']))).toEqual([
    { name: 'SENHA', updatedAt: expect.any(String), updatedBy: 'administrador' },
  ]);
  const path = '/api/namespaces/rj-escritorio/secrets/SENHA/value';
  const own = await world.call(await runKey('rj-escritorio'), 'GET', path);
  expect([own.status, own.headers.get('cache-control'), await own.json()]).toEqual([200, 'no-store', { value: VALUE }]);
  const others = [await runKey('rj-saude'), world.server.adminKey, await world.server.agentKey('rj-escritorio')];
  for (const key of others) expect((await world.call(key, 'GET', path)).status).toBe(403);
  const missing = await world.call(await runKey('rj-escritorio'), 'GET', path.replace('SENHA', 'OUTRA'));
  expect(missing.status).toBe(404);

  expect(await arcos(['secret', 'rotate'])).toBe('0 brought under the newest key');
  const log = await arcos(['audit', 'export']);
  expect(log).toContain('/secrets/SENHA');
  expect(log).not.toContain('hunter2');
  const { rows } = await sql<{ row: string }>`SELECT s::text AS row FROM access.secret s`.execute(world.store.tables());
  expect(rows.map(({ row }) => Buffer.from(row).includes('hunter2'))).toEqual([false]);
  await arcos(['secret', 'delete', 'rj-escritorio', 'SENHA']);
  expect(await arcos(['secret', 'list', 'rj-escritorio'])).toBe('[]');
});

test('an empty value is refused', { timeout: 60_000 }, async () => {
  await expect(arcos(['secret', 'set', 'rj-escritorio', 'VAZIA'], '\n')).rejects.toMatchObject({ code: 65 });
});
