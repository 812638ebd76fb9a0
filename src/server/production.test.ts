import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSettings, type Settings } from './config.ts';
import { demandSafe, unsafe } from './production.ts';

let state: string;
let safe: Settings;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'arcos-production-'));
  safe = readSettings({ flags: { state, 'encryption-key-file': 'key' }, environment: {}, folder: state });
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

it('starts with the defaults and a key: nobody else reaches them', () => {
  expect(unsafe(safe)).toEqual([]);
  expect(() => demandSafe(safe)).not.toThrow();
});

it.each<[Partial<Settings>, RegExp]>([
  [{ login: 'loopback' }, /^login: anyone on this machine/],
  [{ host: '0.0.0.0' }, /^host: 0\.0\.0\.0 .* plain HTTP/],
  [{ encryptionKeyFile: '' }, /^encryption-key-file: /],
  [{ trustProxy: '0.0.0.0/0' }, /^trust-proxy: everyone/],
  [{ oidcIssuer: 'http://login.rio' }, /^oidc-issuer: .*https/],
  [{ databaseUrl: 'postgres://a:s3gredo-longo@db.rio/arcos' }, /^database-url: db\.rio is reached without TLS/],
  [{ databaseUrl: 'postgres://a:postgres@db.rio/arcos?sslmode=verify-full' }, /^database-url: has no password/],
])('refuses %o and says what to do', (change, fault) => {
  expect(unsafe({ ...safe, ...change })).toEqual([expect.stringMatching(fault)]);
});

it('takes what is safe', () => {
  const database = 'postgres://a:s3gredo-longo@db.rio/arcos?sslmode=verify-full';
  expect(unsafe({ ...safe, databaseUrl: database, host: '0.0.0.0', tlsCert: 'cert.pem' })).toEqual([]);
  expect(unsafe({ ...safe, host: '0.0.0.0', trustProxy: '10.0.0.1' })).toEqual([]);
  expect(unsafe({ ...safe, databaseUrl: 'postgres://a@localhost/arcos?host=%2Frun%2Fpostgresql' })).toEqual([]);
});

it('names every fault at once, also keys that others can read', () => {
  const keys = join(state, 'keys');
  mkdirSync(keys);
  writeFileSync(join(keys, 'a.key'), 'x', { mode: 0o600 });
  writeFileSync(join(keys, 'b.key'), 'x');
  chmodSync(keys, 0o755);
  chmodSync(join(keys, 'b.key'), 0o644);
  expect(() => demandSafe({ ...safe, login: 'loopback' })).toThrow(/login:[\s\S]*b\.key: others/);
  expect(unsafe(safe)).toHaveLength(1);
});
