import type { Command } from 'commander';
import { asking, path } from './tell.ts';

interface Explained {
  readonly allowed: boolean;
  readonly reason: string;
}

interface Reach {
  readonly reach: readonly { resource: string; reason: string }[];
  readonly reason?: string;
}

export function accessCommand(program: Command): void {
  const access = program.command('access').description('Who may do what, and why.');
  asking(
    access,
    'explain <principal> <action> <resource>',
    'Whether somebody may, and why. Resources are written platform, agency/ID, namespace/ID, project/ID, dataset/P.D, table/P.D.T, column/P.D.T.C.',
    async (client, [principal, action, resource]) => {
      const { allowed, reason } = await client.json<Explained>('/api/access/explain', {
        query: { principal, action, resource },
      });
      return `${allowed ? 'yes' : 'no'}: ${reason}`;
    },
  );
  asking(access, 'who <action> <resource>', 'Everyone who may, and why.', async (client, [action, resource]) => {
    const all = await client.json<{ principal: string; reason: string }[]>('/api/access/who', {
      query: { action, resource },
    });
    return all.map(({ principal, reason }) => `${principal}: ${reason}`).join('\n');
  });
  asking<{ action: string }>(
    access,
    'reach <principal>',
    'Everything somebody may read, or do another action to, and why.',
    async (client, [principal], { action }) => {
      const { reach, reason } = await client.json<Reach>('/api/access/reach', { query: { principal, action } });
      if (reach.length === 0) return reason ?? `${principal} reaches nothing`;
      return reach.map(({ resource, reason: why }) => `${resource}: ${why}`).join('\n');
    },
  ).option('--action <action>', 'what is done', 'table.read');
  asking(access, 'policy', 'What each role allows.', (client) => client.json('/api/access/policy'));
}

export function roleCommand(program: Command): void {
  const role = program.command('role').description('Roles given and taken.');
  for (const [verb, method, does] of [
    ['grant', 'POST', 'Gives a role on a resource, and so on all that is in it.'],
    ['revoke', 'DELETE', 'Takes it.'],
  ] as const) {
    asking(role, `${verb} <principal> <role> <resource>`, does, (client, [principal, name, scope]) =>
      client.json('/api/bindings', { method, json: { principal, role: name, scope } }),
    );
  }
}

export function agencyCommand(program: Command): void {
  const agency = program.command('agency').description('Agencies, which own and pay.');
  asking(agency, 'list', 'Those you administer.', (client) => client.json('/api/agencies'));
  asking<{ title: string }>(agency, 'add <id>', 'Makes one, or gives it another name.', (client, [id], { title }) =>
    client.json(path('agencies', id), { method: 'PUT', json: { name: title } }),
  ).requiredOption('--title <name>', 'its name as people know it');
}

interface Namespace {
  readonly agency: string;
  readonly project: string;
  readonly writes: string;
}

export function namespaceCommand(program: Command): void {
  const namespace = program.command('namespace').description('Namespaces, which have agents and runs.');
  asking(namespace, 'list', 'Those you administer.', (client) => client.json('/api/namespaces'));
  asking<Namespace>(namespace, 'add <id>', 'Makes one, or changes it.', (client, [id], { agency, project, writes }) =>
    client.json(path('namespaces', id), {
      method: 'PUT',
      json: { agency, project, writes: writes.split(',').filter((one) => one !== '') },
    }),
  )
    .requiredOption('--agency <id>', 'the agency it is of')
    .requiredOption('--project <id>', 'where its runs stage and its models write')
    .option('--writes <list>', 'other projects they may write, with commas between', '');
}
