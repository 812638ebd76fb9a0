import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parse as parseToml, TomlError } from 'smol-toml';
import { ArcosError } from '../base/errors.ts';
import { httpClient } from '../base/http.ts';
import { type Connection, type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

export function publishCommand(program: Command): void {
  const command = program
    .command('publish')
    .description('Shows a dataset to everyone on the portal, as a file says.')
    .argument(
      '<file>',
      'a TOML file with project, dataset, title, description, licence, frequency, owner, theme, tables',
    );
  withConnection(command).action(async (file: string, flags: ConnectionFlags) => {
    process.stdout.write(`${await publishFile(connectionOf(flags), file)}\n`);
  });
}

/** Publishes what the file says; gives the address of the dataset's page. Throws INVALID with the server's reason. */
export async function publishFile(connection: Connection, file: string): Promise<string> {
  const { project, dataset, ...publication } = read(file);
  const path = [project, dataset].map((name) => encodeURIComponent(String(name))).join('/');
  await httpClient(connection).json(`/api/publications/${path}`, { method: 'PUT', json: publication });
  return `${connection.baseUrl}/dados/${path}`;
}

function read(file: string): Record<string, unknown> {
  if (!existsSync(file)) throw new ArcosError('NOT_FOUND', `There is no ${file}`);
  try {
    return parseToml(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ArcosError('INVALID', `${file}:${error.line}:${error.column}: ${error.message.split('\n')[0]}`);
  }
}
