import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type HttpClient, httpClient } from '../base/http.ts';
import { ask } from './ask.ts';
import { type ConnectionFlags, LOGIN_KEY, withConnection } from './connection.ts';

interface Flags extends ConnectionFlags {
  readonly user?: string;
  readonly device?: boolean;
}

interface Key {
  readonly key: string;
  readonly expiresAt: string;
}

export function loginCommand(program: Command): void {
  const command = program
    .command('login')
    .description('Asks for your password once, and keeps a key of 30 days for the other commands.')
    .option('--user <name>', 'who you are; asked for unless told')
    .option('--device', 'log in by a browser, here or elsewhere, that is shown a code');
  withConnection(command).action(async (flags: Flags) => {
    const client = httpClient({ baseUrl: flags.server });
    const { key, expiresAt } = flags.device === true ? await byDevice(client) : await byPassword(client, flags);
    const file = resolve(flags.keyFile ?? LOGIN_KEY);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${key}\n`, { mode: 0o600 });
    const { name } = await httpClient({ baseUrl: flags.server, key }).json<{ name: string }>('/api/session');
    process.stdout.write(`Logged in as ${name} until ${expiresAt}; the key is in ${file}\n`);
  });
}

async function byPassword(client: HttpClient, { user }: Flags): Promise<Key> {
  const json = { user: user ?? (await ask('User: ', false)), password: await ask('Password: ', true) };
  return client.json<Key>('/api/keys', { method: 'POST', json });
}

interface Begun {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string;
  /** Seconds between questions. */
  readonly interval: number;
}

/** Shows where to allow it, and waits until somebody has. Throws NOT_FOUND when nobody did in time. */
async function byDevice(client: HttpClient): Promise<Key> {
  const begun = await client.json<Begun>('/api/device', { method: 'POST', json: {} });
  const { deviceCode, userCode, verificationUri, verificationUriComplete, interval } = begun;
  process.stderr.write(
    `Open ${verificationUriComplete}\nor ${verificationUri} and type in the code ${userCode}. Waiting until it is allowed...\n`,
  );
  for (;;) {
    await sleep(interval * 1000);
    const answer = await client.json<Partial<Key>>('/api/device/token', { method: 'POST', json: { deviceCode } });
    const { key, expiresAt } = answer;
    if (key !== undefined && expiresAt !== undefined) return { key, expiresAt };
  }
}
