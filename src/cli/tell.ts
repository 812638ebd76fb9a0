import type { Command } from 'commander';
import { type HttpClient, httpClient } from '../base/http.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

/**
 * Adds to `parent` a command that talks to the server: `words` are its name and arguments as commander writes them,
 * `act` gets the arguments by position. What it gives is printed: text as it is, anything else as JSON.
 */
export function asking<Flags>(
  parent: Command,
  words: string,
  description: string,
  act: (client: HttpClient, names: readonly string[], flags: Flags) => Promise<unknown>,
): Command {
  const command = withConnection(parent.command(words).description(description));
  return command.action(async () => {
    const flags = command.opts<Flags & ConnectionFlags>();
    const told = await act(httpClient(connectionOf(flags)), command.args, flags);
    if (told === undefined) return;
    process.stdout.write(`${typeof told === 'string' ? told : JSON.stringify(told, null, 2)}\n`);
  });
}

/** A path of names, each of them encoded. */
export function path(...parts: readonly (string | undefined)[]): string {
  return `/api/${parts.map((part = '') => encodeURIComponent(part)).join('/')}`;
}
