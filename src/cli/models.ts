import type { Command } from 'commander';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

export function modelsCommand(program: Command): void {
  const models = program.command('models').description("The models of a namespace's models server.");
  const publish = models
    .command('publish')
    .description('Puts a dbt project in the place of the one that answers, once it is understood.')
    .argument('[folder]', 'of the project', '.')
    .requiredOption('--namespace <name>', 'whose models they are');
  withConnection(publish).action(async (folder: string, flags: ConnectionFlags & { namespace: string }) => {
    const { httpClient } = await import('../base/http.ts');
    const { readBundle } = await import('../models/bundle.ts');
    const http = httpClient(connectionOf(flags));
    const { version } = await http.json<{ version: string }>(
      `/namespaces/${encodeURIComponent(flags.namespace)}/models`,
      { method: 'POST', json: { files: await readBundle(folder) } },
    );
    process.stdout.write(`${flags.namespace}: version ${version}\n`);
  });
}
