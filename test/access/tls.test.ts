import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

const OPENSSL = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let dir: string;
let world: World;

beforeAll(async () => {
  if (!OPENSSL) return;
  dir = mkdtempSync(join(tmpdir(), 'arcos-tls-'));
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  world = await openWorld({ 'tls-cert': cert, 'tls-key': key });
}, 120_000);
afterAll(async () => {
  await world?.close();
  if (OPENSSL) rmSync(dir, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
}

function send(path: string, method = 'GET', body?: string): Promise<Answer> {
  const ca = readFileSync(join(dir, 'cert.pem'));
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((done, failed) => {
    const sent = request(`${world.origin}${path}`, { method, ca, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => done({ status: answer.statusCode, headers: answer.headers }));
    });
    sent.once('error', failed);
    sent.end(body);
  });
}

test.skipIf(!OPENSSL)(
  'HTTPS is spoken, with cookies that go nowhere else; needs openssl for a certificate',
  async () => {
    expect(world.origin).toMatch(/^https:/);
    const { status, headers } = await send('/api/session', 'POST', JSON.stringify({ key: world.server.adminKey }));
    expect(status).toBe(200);
    expect(String(headers['set-cookie'])).toMatch(/; HttpOnly; Secure; SameSite=Strict/);
    expect(headers['strict-transport-security']).toContain('max-age');
    await expect(fetch(`${world.origin.replace('https:', 'http:')}/api/health`)).rejects.toThrow();
  },
);

test.skipIf(!OPENSSL)('a certificate that is not there is told by its setting', async () => {
  await expect(openWorld({ 'tls-cert': '/nothing.pem', 'tls-key': '/nothing.pem' })).rejects.toThrow(
    /tls-cert: ENOENT/,
  );
});
