import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ArcosError } from '../base/errors.ts';

/** How a command reaches its server. */
export interface Connection {
  readonly baseUrl: string;
  readonly key: string;
}

export interface ConnectionFlags {
  readonly server: string;
  readonly keyFile?: string;
}

/** What a server that was started in this folder has written. */
const SERVER_KEY = join('.arcos', 'keys', 'administrador.key');
/** What `arcos login` keeps. */
export const LOGIN_KEY = join('.arcos', 'login.key');

/** Gives a command the flags that say which server it talks to, and as whom. */
export function withConnection(command: Command): Command {
  return command
    .option('--server <url>', 'the server', process.env['ARCOS_SERVER'] ?? 'http://127.0.0.1:8484')
    .option('--key-file <file>', `file with your key; else the variable ARCOS_KEY, else ${LOGIN_KEY} or ${SERVER_KEY}`);
}

/** Throws CONFIG when there is no key to be found. */
export function connectionOf({ server, keyFile }: ConnectionFlags): Connection {
  const fromVariable = process.env['ARCOS_KEY'];
  if (keyFile === undefined && fromVariable !== undefined) return { baseUrl: server, key: fromVariable };
  const file = keyFile ?? (existsSync(LOGIN_KEY) ? LOGIN_KEY : SERVER_KEY);
  if (existsSync(file)) return { baseUrl: server, key: readFileSync(file, 'utf8').trim() };
  throw new ArcosError('CONFIG', `There is no key: ${file} does not exist`, {
    hint: 'Enter with "arcos login", set ARCOS_KEY, or name the file with --key-file.',
  });
}
