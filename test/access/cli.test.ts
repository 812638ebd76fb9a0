import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const run = promisify(execFile);

let world: World;
let dir: string;

beforeAll(async () => {
  world = await openWorld();
  dir = mkdtempSync(join(tmpdir(), 'arcos-cli-'));
}, 120_000);
afterAll(async () => {
  await world?.close();
  rmSync(dir, { recursive: true, force: true });
});

const environment = () => ({ ...process.env, ARCOS_SERVER: world.origin, ARCOS_KEY: world.server.adminKey });

async function arcos(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [MAIN, ...args], { env: environment(), cwd: dir });
  return stdout.trim();
}

test('an administrator makes a user, a group and a role, and asks who may and why', { timeout: 180_000 }, async () => {
  const link = await arcos('user', 'add', 'iara@escritorio', '--agency', 'escritorio');
  expect(link).toMatch(/\/login\?token=[\w-]{43}$/);
  await arcos('group', 'add', 'leitores', '--agency', 'escritorio');
  await arcos('group', 'join', 'leitores', 'iara@escritorio');
  await arcos('role', 'grant', 'leitores', 'leitor', 'dataset/rj-escritorio.adm');
  expect(await arcos('access', 'explain', 'iara@escritorio', 'table.read', 'table/rj-escritorio.adm.chamado')).toBe(
    'yes: leitor on dataset rj-escritorio.adm, by the group leitores',
  );
  expect(await arcos('access', 'explain', 'iara@escritorio', 'table.write', 'project/rj-escritorio')).toMatch(
    /^no: no role of iara@escritorio allows table\.write on /,
  );

  const token = new URL(link).searchParams.get('token');
  const password = 'quatro palavras bem longas';
  expect((await world.call(undefined, 'POST', '/api/password', { token, password })).status).toBe(204);
  const file = join(dir, 'iara.key');
  const login = run(process.execPath, [MAIN, 'login', '--user', 'iara@escritorio', '--key-file', file], {
    env: environment(),
    cwd: dir,
  });
  login.child.stdin?.end(`${password}\n`);
  expect((await login).stdout).toContain('Logged in as iara@escritorio');
  expect(statSync(file).mode & 0o077).toBe(0);
  const who = await world.call(readFileSync(file, 'utf8').trim(), 'GET', '/api/session');
  expect(await who.json()).toMatchObject({ name: 'iara@escritorio' });

  const log = await arcos('audit', 'export', '--agency', 'escritorio');
  const entries = log
    .split('\n')
    .map((line) => JSON.parse(line) as { operation: string; name: string; status: number });
  expect(entries).toContainEqual(
    expect.objectContaining({ operation: 'POST /api/bindings', name: 'administrador', status: 200 }),
  );
  expect(log).not.toContain(password);
  expect(log).not.toContain(String(token));
});

test('an unsafe start is refused with each setting named', { timeout: 60_000 }, async () => {
  const refused = run(process.execPath, [MAIN, 'up', '--production', '--host', '0.0.0.0', '--login', 'loopback'], {
    env: environment(),
    cwd: dir,
  });
  await expect(refused).rejects.toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/login: [\s\S]*host: 0\.0\.0\.0/),
  });
});
