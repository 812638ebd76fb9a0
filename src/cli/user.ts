import type { Command } from 'commander';
import { asking, path } from './tell.ts';

interface Owner {
  readonly agency?: string;
}

const AGENCY = ['--agency <id>', 'the agency it is of; the platform without it'] as const;

export function userCommand(program: Command): void {
  const user = program.command('user').description('People who log in.');
  asking<Owner>(user, 'list', 'Everyone, with roles and groups.', (client, _names, { agency }) =>
    client.json('/api/principals', { query: { agency } }),
  ).option('--agency <id>', 'only of this agency');
  asking<Owner>(user, 'add <name>', 'Makes a user, and a one-time link to choose a password.', addUser).option(
    ...AGENCY,
  );
  asking(user, 'invite <name>', 'A new one-time link, when the password is forgotten.', async (client, [name]) => {
    const { link } = await client.json<{ link: string }>(path('users', name, 'invitation'), {
      method: 'POST',
      json: {},
    });
    return link;
  });
  principalVerbs(user);
}

const addUser = async (
  client: Parameters<Parameters<typeof asking<Owner>>[3]>[0],
  [name]: readonly string[],
  { agency = null }: { agency?: string | null },
) => {
  await client.json(path('users', name), { method: 'PUT', json: { agency } });
  const { link } = await client.json<{ link: string }>(path('users', name, 'invitation'), { method: 'POST', json: {} });
  return link;
};

export function groupCommand(program: Command): void {
  const group = program.command('group').description('Groups, whose members have their roles.');
  asking<Owner>(
    group,
    'add <name>',
    'Makes a group.',
    (client, [name], { agency = null }: { agency?: string | null }) =>
      client.json(path('groups', name), { method: 'PUT', json: { agency } }),
  ).option(...AGENCY);
  asking(group, 'members <group>', 'Who is in it.', (client, [name]) => client.json(path('groups', name, 'members')));
  asking(group, 'join <group> <member>', 'Puts somebody into it.', (client, [name, member]) =>
    client.json(path('groups', name, 'members', member), { method: 'PUT', json: {} }),
  );
  asking(group, 'leave <group> <member>', 'Takes somebody out.', (client, [name, member]) =>
    client.json(path('groups', name, 'members', member), { method: 'DELETE' }),
  );
  principalVerbs(group);
}

/** What is done alike to everyone. */
export function principalVerbs(parent: Command): void {
  asking(parent, 'show <name>', 'Its roles and groups.', (client, [name]) => client.json(path('principals', name)));
  for (const [verb, disabled, does] of [
    ['disable', true, 'Lets it do nothing, at once, until it is enabled.'],
    ['enable', false, 'Lets it act again.'],
  ] as const) {
    asking(parent, `${verb} <name>`, does, (client, [name]) =>
      client.json(path('principals', name), { method: 'PATCH', json: { disabled } }),
    );
  }
  asking(parent, 'remove <name>', 'Removes it with its keys and roles.', (client, [name]) =>
    client.json(path('principals', name), { method: 'DELETE' }),
  );
}
