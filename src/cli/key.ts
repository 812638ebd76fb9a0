import type { Command } from 'commander';
import { httpClient } from '../base/http.ts';
import { type ConnectionFlags, withConnection } from './connection.ts';
import { asking, path } from './tell.ts';
import { principalVerbs } from './user.ts';

interface New {
  readonly purpose: string;
  readonly expires?: string;
}

export function keyCommand(program: Command): void {
  const key = program.command('key').description('Keys of service accounts and agents, and of whom they are.');
  asking(key, 'list <principal>', 'Its keys, without their secrets.', (client, [name]) =>
    client.json(path('principals', name, 'keys')),
  );
  asking<New>(key, 'new <principal>', 'A new key, shown this once.', async (client, [name], { purpose, expires }) => {
    const json = { purpose, ...(expires === undefined ? {} : { expiresAt: expires }) };
    const made = await client.json<{ key: string }>(path('principals', name, 'keys'), { method: 'POST', json });
    return made.key;
  })
    .option('--purpose <text>', 'what it is for', 'made by hand')
    .option('--expires <time>', 'when it ends, such as 2026-12-31T00:00:00Z');
  asking(key, 'revoke <principal> <key>', 'Ends a key, everywhere within two seconds.', (client, [name, id]) =>
    client.json(path('principals', name, 'keys', id), { method: 'DELETE' }),
  );
  asking(
    key,
    'agent <namespace> <name>',
    'Makes an agent’s identity; prints the one-time token it enrols with.',
    async (client, [namespace, name]) => {
      const made = await client.json<{ token: string }>(path('namespaces', namespace, 'agents'), {
        method: 'POST',
        json: { name },
      });
      return made.token;
    },
  );
  // Whoever enrols has no key yet.
  const enrol = withConnection(
    key.command('enrol <token>').description('Exchanges an agent’s one-time token for its key.'),
  ).action(async (token: string) => {
    const client = httpClient({ baseUrl: enrol.opts<ConnectionFlags>().server });
    const made = await client.json<{ key: string }>('/api/agents/enrol', { method: 'POST', json: { token } });
    process.stdout.write(`${made.key}\n`);
  });
}

interface Account {
  readonly agency: string;
  readonly role: string;
  readonly project?: string;
}

export function serviceAccountCommand(program: Command): void {
  const account = program.command('service-account').description('Programs that act under a name of their own.');
  asking<Account>(
    account,
    'add <name>',
    'Makes one, or gives it this role and no other.',
    (client, [name], { agency, role, project }) =>
      client.json(path('service-accounts', name), {
        method: 'PUT',
        json: { agency, role, ...(project === undefined ? {} : { project }) },
      }),
  )
    .requiredOption('--agency <id>', 'the agency it is of')
    .option('--role <role>', 'base, leitor, editor or administrador', 'leitor')
    .option('--project <id>', 'the role is on this project only');
  asking<{ project: string; expires?: string }>(
    account,
    'key <name>',
    'A new key as Google’s clients read it from a file.',
    (client, [name], { project, expires }) =>
      client.json(path('service-accounts', name, 'keys'), {
        method: 'POST',
        json: { project, ...(expires === undefined ? {} : { expiresAt: expires }) },
      }),
  )
    .requiredOption('--project <id>', 'the project that clients take for theirs')
    .option('--expires <time>', 'when it ends, such as 2026-12-31T00:00:00Z');
  principalVerbs(account);
}
