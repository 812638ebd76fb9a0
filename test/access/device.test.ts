import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

let world: World;
let dir: string;

beforeAll(async () => {
  world = await openWorld({ 'rate-limit': '50' });
  dir = mkdtempSync(join(tmpdir(), 'arcos-device-'));
}, 120_000);
afterAll(async () => {
  await world?.close();
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
});

/** A browser in which somebody is logged in. */
async function browserOf(
  role: 'leitor',
): Promise<{ name: string; go: (path: string, form?: object) => Promise<Response> }> {
  const { id, name } = await world.person(role);
  const cookie = `arcos_session=${await world.access.issueKey(id, { purpose: 'session' })}`;
  const go = (path: string, form?: object) =>
    fetch(world.origin + path, {
      redirect: 'manual',
      headers: { cookie },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams({ ...form }) }),
    });
  return { name, go };
}

const begin = async () =>
  (await (await world.call(undefined, 'POST', '/api/device', {})).json()) as { deviceCode: string; userCode: string };
const redeem = (deviceCode: string) => world.call(undefined, 'POST', '/api/device/token', { deviceCode });

test('a program without a browser is let in by somebody who has one', { timeout: 60_000 }, async () => {
  const ana = await browserOf('leitor');
  const file = join(dir, 'ana.key');
  const login = promisify(execFile)(process.execPath, [MAIN, 'login', '--device', '--key-file', file], {
    env: { ...process.env, ARCOS_SERVER: world.origin },
    cwd: dir,
  });
  let said = '';
  login.child.stderr?.on('data', (chunk) => {
    said += String(chunk);
  });
  await expect.poll(() => /code=(\S+)/.exec(said)?.[1]).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
  const code = /code=(\S+)/.exec(said)?.[1] ?? '';
  const page = await ana.go(`/login/device?code=${code}`);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('127.0.0.1')]);
  // As people type it.
  expect((await ana.go('/login/device', { code: code.toLowerCase().replace('-', ' ') })).status).toBe(200);
  expect((await login).stdout).toContain(`Logged in as ${ana.name}`);
  const who = await world.call(readFileSync(file, 'utf8').trim(), 'GET', '/api/session');
  expect(await who.json()).toMatchObject({ name: ana.name });
});

test('a code is good once, and only while nobody has used it', async () => {
  const ana = await browserOf('leitor');
  const { deviceCode, userCode } = await begin();
  expect((await redeem(deviceCode)).status).toBe(202);
  expect((await redeem(`${deviceCode.slice(0, -1)}_`)).status).toBe(404);
  expect((await ana.go('/login/device', { code: userCode })).status).toBe(200);
  expect((await ana.go('/login/device', { code: userCode })).status).toBe(404);
  const both = await Promise.all([redeem(deviceCode), redeem(deviceCode)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
});

test('nobody allows a login who is not logged in, or is led to it by another site', async () => {
  const { deviceCode, userCode } = await begin();
  const stranger = await fetch(`${world.origin}/login/device?code=${userCode}`, { redirect: 'manual' });
  expect(stranger.headers.get('location')).toBe(`/login?next=${encodeURIComponent(`/login/device?code=${userCode}`)}`);
  const { id } = await world.person('leitor');
  const cookie = `arcos_session=${await world.access.issueKey(id, { purpose: 'session' })}`;
  const forged = await fetch(`${world.origin}/login/device`, {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ code: userCode }),
  });
  expect(forged.status).toBe(403);
  expect((await redeem(deviceCode)).status).toBe(202);
});

test('who guesses codes has to wait', async () => {
  const ana = await browserOf('leitor');
  const statuses: number[] = [];
  for (let n = 0; n < 12; n++)
    statuses.push((await ana.go('/login/device', { code: `BBBB-BBB${'BCDFGHJKLMNP'[n]}` })).status);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(404));
  expect(statuses.at(-1)).toBe(429);
});

test('who asks too often is told when to come again, and others are not', async () => {
  const [many, few] = [await world.person('leitor'), await world.person('leitor')];
  const answers = await Promise.all(Array.from({ length: 300 }, () => world.call(many.key, 'GET', '/api/session')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect((await world.call(few.key, 'GET', '/api/session')).status).toBe(200);
  await expect.poll(async () => (await world.call(many.key, 'GET', '/api/session')).status).toBe(200);
});
