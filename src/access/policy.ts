/** Everything that can be asked of Arcos, by the thing it is done to. */
export const ACTIONS = [
  'access.read',
  'access.manage',
  'secret.list',
  'secret.write',
  'secret.read',
  'flow.read',
  'flow.deploy',
  'run.read',
  'run.create',
  'run.control',
  'run.claim',
  'run.report',
  'agent.read',
  'object.list',
  'object.read',
  'object.write',
  'bucket.write',
  'code.read',
  'code.write',
  'job.create',
  'job.read',
  'dataset.list',
  'dataset.write',
  'table.describe',
  'table.read',
  'table.write',
  'models.read',
  'models.run',
  'publication.read',
  'publication.write',
] as const;

export type Action = (typeof ACTIONS)[number];

const LIST = ['flow.read', 'run.read', 'agent.read', 'dataset.list', 'models.read', 'publication.read'] as const;
const READ = [...LIST, 'table.describe', 'table.read', 'object.list', 'object.read', 'job.create', 'job.read'] as const;
const EDIT = [
  ...READ,
  'flow.deploy',
  'code.write',
  'run.create',
  'run.control',
  'object.write',
  'bucket.write',
  'dataset.write',
  'table.write',
  'models.run',
  'secret.list',
  'secret.write',
] as const;

/** Secrets are read by the runs they are for and by no one else. */
const ADMINISTER = ACTIONS.filter((action) => action !== 'secret.read');

/**
 * What each role allows within its scope. The first four are for people and service accounts; the
 * others are what the program's own parts get, each no more than its work needs.
 */
export const POLICY = {
  base: LIST,
  leitor: READ,
  editor: EDIT,
  administrador: ADMINISTER,
  agente: ['run.claim', 'code.read'],
  /** The portal asks on behalf of everyone; what it may read is said dataset by dataset. */
  consulta: ['job.create', 'job.read'],
  execucao: [
    'run.report',
    'secret.read',
    'object.list',
    'object.read',
    'object.write',
    'job.create',
    'job.read',
    'dataset.list',
    'dataset.write',
    'table.describe',
    'table.read',
    'table.write',
    'models.read',
    'models.run',
  ],
  modelos: ['job.create', 'job.read', 'dataset.list', 'dataset.write', 'table.describe', 'table.read', 'table.write'],
} as const satisfies Record<string, readonly Action[]>;

export type Role = keyof typeof POLICY;

export type ScopeKind = 'platform' | 'agency' | 'namespace' | 'project' | 'dataset' | 'table' | 'run';

/** The roles that people, groups and service accounts are given. */
export const ROLES = ['base', 'leitor', 'editor', 'administrador'] as const satisfies readonly Role[];
