import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ArcosError } from '../base/errors.ts';
import { httpClient } from '../base/http.ts';
import { type ConnectionFlags, LOGIN_KEY, withConnection } from './connection.ts';

interface Flags extends ConnectionFlags {
  readonly user?: string;
}

export function loginCommand(program: Command): void {
  const command = program
    .command('login')
    .description('Asks for your password once, and keeps a key of 30 days for the other commands.')
    .option('--user <name>', 'who you are; asked for unless told');
  withConnection(command).action(async (flags: Flags) => {
    const user = flags.user ?? (await ask('User: ', false));
    const password = await ask('Password: ', true);
    const json = { user, password };
    const client = httpClient({ baseUrl: flags.server });
    const { key, expiresAt } = await client.json<{ key: string; expiresAt: string }>('/api/keys', {
      method: 'POST',
      json,
    });
    const file = resolve(flags.keyFile ?? LOGIN_KEY);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${key}\n`, { mode: 0o600 });
    process.stdout.write(`Logged in as ${user} until ${expiresAt}; the key is in ${file}\n`);
  });
}

/** A line from the terminal, or from what is piped in. A secret one is not shown. */
async function ask(question: string, secret: boolean): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  process.stderr.write(question);
  const lines = createInterface({
    input: process.stdin,
    // Readline shows what is typed by writing it to its output.
    ...(terminal && !secret ? { output: process.stderr } : {}),
    terminal,
  });
  try {
    for await (const line of lines) {
      if (secret) process.stderr.write('\n');
      return line;
    }
  } finally {
    lines.close();
  }
  throw new ArcosError('INVALID', 'Nothing was typed in');
}
