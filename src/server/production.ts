import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ArcosError } from '../base/errors.ts';
import type { Settings } from './config.ts';
import { hasOwnKey } from './encryption.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/;
const DEFAULTS = ['', 'postgres', 'password', 'arcos', 'admin', 'changeme'];
const ENCRYPTED = ['require', 'verify-ca', 'verify-full'];

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws CONFIG that names every setting which is not fit for a server that others reach. */
export function demandSafe(settings: Settings, environment: Environment = process.env): void {
  const faults = unsafe(settings, environment);
  if (faults.length === 0) return;
  throw new ArcosError('CONFIG', `These settings are not safe:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, {
    hint: 'Change them, or start without --production on a machine of your own.',
  });
}

/** What is wrong, a sentence each, by the setting's name. */
export function unsafe(settings: Settings, environment: Environment = process.env): string[] {
  const { login, host, tlsCert, tlsKey, trustProxy, oidcIssuer, state } = settings;
  const faults: string[] = [];
  if (login === 'loopback') faults.push('login: anyone on this machine enters as administrator; use "key"');
  if (!LOOPBACK.test(host) && tlsCert === '' && trustProxy === '') {
    faults.push(
      `host: ${host} is reached by others over plain HTTP; set tls-cert and tls-key, or trust-proxy for a proxy that has them`,
    );
  }
  if (trustProxy.split(',').some((address) => /\/0$/.test(address.trim()))) {
    faults.push('trust-proxy: everyone would be believed; name the addresses of your proxies');
  }
  if (oidcIssuer !== '' && URL.parse(oidcIssuer)?.protocol !== 'https:') {
    faults.push('oidc-issuer: is not an https:// address, so anyone between could log in as anybody');
  }
  if (!hasOwnKey(settings, environment)) {
    faults.push(
      'encryption-key-file: secrets would be encrypted with a key that lies beside them; make one with "openssl rand -base64 32", and keep it elsewhere',
    );
  }
  faults.push(...unsafeDatabase(settings));
  const readable = [tlsKey, settings.oidcSecretFile, settings.encryptionKeyFile].filter(
    (file) => file !== '' && modeOf(file) & 0o007,
  );
  for (const file of [...readable, ...readableKeys(join(state, 'keys'))]) {
    faults.push(`${file}: others on this machine can read it; run "chmod 600" on it`);
  }
  return faults;
}

function unsafeDatabase({ databaseUrl }: Settings): string[] {
  if (databaseUrl === '') return [];
  const url = URL.parse(databaseUrl);
  if (url === null) return ['database-url: is no address'];
  const host = url.searchParams.get('host') ?? url.hostname;
  if (host.startsWith('/') || LOOPBACK.test(host)) return [];
  const faults: string[] = [];
  if (!ENCRYPTED.includes(url.searchParams.get('sslmode') ?? '')) {
    faults.push(`database-url: ${host} is reached without TLS; add sslmode=verify-full`);
  }
  if (DEFAULTS.includes(decodeURIComponent(url.password))) {
    faults.push('database-url: has no password, or one that comes with a program');
  }
  return faults;
}

function modeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
}

function readableKeys(folder: string): string[] {
  if ((modeOf(folder) & 0o007) === 0) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((file) => modeOf(file) & 0o007);
}
