import { every } from '../../src/flow/schedule.ts';
import { registrationOf } from '../../src/orchestrator/testing.ts';
import type { World } from './world.ts';

/** Names for what stands as `:name` or `*` in a route's path. */
export type Names = Readonly<Record<string, string>>;

/** Makes a thing of each kind in the agency `escritorio`, and gives their names. */
export async function makeThings({ server, call }: World): Promise<Names> {
  const key = server.adminKey;
  const made = async (method: string, path: string, body: unknown) => {
    const answer = await call(key, method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<Record<string, unknown>>;
  };
  const project = '/bigquery/v2/projects/rj-escritorio';
  await made('POST', `${project}/datasets`, { datasetReference: { datasetId: 'saude_privada' } });
  await made('POST', `${project}/datasets/saude_privada/tables`, {
    tableReference: { tableId: 'paciente' },
    schema: { fields: [{ name: 'cpf', type: 'STRING' }] },
  });
  await made('POST', '/upload/storage/v1/b/rj-escritorio/o?uploadType=media&name=segredo.csv', { a: 1 });
  const registered = await made('POST', '/api/deployments', {
    ...registrationOf('privado', { schedules: [every('1h')] }),
    namespace: 'rj-escritorio',
  });
  const { id: deployment, schedules } = registered['deployment'] as { id: string; schedules: { id: string }[] };
  const filled = await made('POST', `/api/deployments/${deployment}/backfills`, {
    from: '2026-01-01T00:00:00Z',
    until: '2026-01-01T02:00:00Z',
  });
  const run = await made('POST', `/api/deployments/${deployment}/runs`, {});
  await made('PUT', '/api/users/alvo@escritorio', { agency: 'escritorio' });
  await made('PUT', '/api/users/membro@escritorio', { agency: 'escritorio' });
  await made('PUT', '/api/groups/grupo-privado', { agency: 'escritorio' });
  await made('PUT', '/api/service-accounts/robo-privado', { agency: 'escritorio', role: 'leitor' });
  await call(key, 'PUT', '/api/namespaces/rj-escritorio/secrets/SENHA', { value: 'valor' });
  return {
    deployment,
    run: String(run['id']),
    schedule: schedules[0]?.id ?? '',
    backfill: (filled['started'] as { id: string }).id,
    project: 'rj-escritorio',
    dataset: 'saude_privada',
    table: 'paciente',
    routine: 'rotina',
    policy: 'politica',
    job: 'job_1',
    bucket: 'rj-escritorio',
    object: 'segredo.csv',
    destinationBucket: 'rj-escritorio',
    destinationObject: 'copia.csv',
    namespace: 'rj-escritorio',
    agency: 'escritorio',
    user: 'alvo@escritorio',
    group: 'grupo-privado',
    account: 'robo-privado',
    member: 'membro@escritorio',
    secret: 'SENHA',
    key: '0'.repeat(32),
  };
}

/** What `:id` is of, by the word before it. */
const ID_OF: Names = {
  deployments: 'deployment',
  runs: 'run',
  schedules: 'schedule',
  backfills: 'backfill',
  agencies: 'agency',
};

/** The path of a route with the names put in. */
export function pathOf(path: string, names: Names): string {
  const specific: Names = {
    ...names,
    id: names[ID_OF[path.split('/')[2] ?? ''] ?? 'namespace'] ?? '',
    name: path.startsWith('/api/groups')
      ? (names['group'] ?? '')
      : path.startsWith('/api/service-accounts')
        ? (names['account'] ?? '')
        : path.includes('/secrets/')
          ? (names['secret'] ?? '')
          : (names['user'] ?? ''),
  };
  const filled = path.replace(/(?<=\/):(\w+)/g, (_all, name: string) => encodeURIComponent(specific[name] ?? name));
  const bucketPath = path === '/:bucket/*';
  return filled.replace('*', bucketPath ? encodeURIComponent(names['object'] ?? '') : 'x') + queryOf(path, names);
}

function queryOf(path: string, { project, agency, dataset, user }: Names): string {
  const of = (query: Record<string, string | undefined>) =>
    `?${new URLSearchParams(Object.fromEntries(Object.entries(query).map(([name, value = '']) => [name, value])))}`;
  switch (path) {
    case '/storage/v1/b':
      return of({ project });
    case '/api/principals':
    case '/api/audit':
      return of({ agency });
    case '/api/access/explain':
      return of({ principal: user, action: 'table.read', resource: `dataset/${project}.${dataset}` });
    case '/api/access/reach':
      return of({ principal: user });
    case '/api/access/who':
      return of({ action: 'table.read', resource: `project/${project}` });
    case '/upload/storage/v1/b/:bucket/o':
      return of({ uploadType: 'media', name: 'novo.csv' });
    case '/upload/bigquery/v2/projects/:project/jobs':
      return of({ uploadType: 'resumable' });
    default:
      return '';
  }
}

/** The least that gets a request past what a route reads before it asks who may. */
export function bodyOf(method: string, path: string, names: Names): unknown {
  if (method === 'GET') return undefined;
  const { namespace = '', agency = '', project = '', user = '' } = names;
  const agent = { namespace, name: 'agente', labels: [] };
  switch (`${method} ${path}`) {
    case 'POST /api/deployments':
      return { ...registrationOf('novo'), namespace };
    case 'POST /api/agents/claim':
      return { ...agent, slots: 1, waitMs: 0 };
    case 'POST /api/agents/heartbeat':
      return { ...agent, runs: [] };
    case 'POST /api/runs/:id/report':
      return { source: 'agent', fence: 1, first: 1, events: [] };
    case 'POST /api/bindings':
    case 'DELETE /api/bindings':
      return { principal: user, role: 'leitor', scope: `project/${project}` };
    case 'PUT /api/users/:name':
    case 'PUT /api/groups/:name':
      return { agency };
    case 'PUT /api/service-accounts/:name':
      return { agency, role: 'leitor' };
    case 'POST /api/schedules/:id':
      return { active: true };
    case 'POST /api/deployments/:id/backfills':
      return { from: '2026-01-01T00:00:00Z', until: '2026-01-01T02:00:00Z', preview: true };
    case 'PUT /api/agencies/:id':
      return { name: 'Escritório' };
    case 'PUT /api/namespaces/:id':
      return { agency, project };
    case 'POST /api/namespaces/:namespace/agents':
      return { name: 'outro' };
    case 'PUT /api/namespaces/:namespace/secrets/:name':
      return { value: 'valor' };
    case 'PATCH /api/principals/:name':
      return { disabled: false };
    case 'PUT /api/publications/:project/:dataset':
      return { title: 't', description: 'd', licence: 'l', frequency: 'f', owner: 'o', theme: 't', tables: ['t'] };
    case 'POST /api/lake/:bucket/commit':
      return { copy: [], clear: [] };
    case 'POST /storage/v1/b/:bucket/o/:object/compose':
      return { sourceObjects: [{ name: 'segredo.csv' }] };
    default:
      return {};
  }
}
