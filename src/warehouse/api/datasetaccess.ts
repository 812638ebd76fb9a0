import { z } from 'zod';
import type { Access } from '../../access/access.ts';
import { EVERYONE, STAGING } from '../../access/everyone.ts';
import { parse } from '../../access/input.ts';
import { IAM_NAMES, roleOf, type Sharing, scopeOf } from '../../access/sharing.ts';
import { ArcosError } from '../../base/errors.ts';

/** One entry of a dataset's `access` (BigQuery REST reference, Dataset): a role, and who has it. */
const ENTRY = z.object({
  role: z.string().optional(),
  userByEmail: z.string().optional(),
  groupByEmail: z.string().optional(),
  specialGroup: z.string().optional(),
  iamMember: z.string().optional(),
});
const ENTRIES = z.array(z.looseObject(ENTRY.shape));
type Entry = z.infer<typeof ENTRY>;

/** Who has a role by the project, which an entry neither gives nor takes. */
const INHERITED = ['projectOwners', 'projectWriters', 'projectReaders'];

const BASIC: Readonly<Record<Sharing['role'], string>> = {
  ...IAM_NAMES,
  leitor: 'READER',
  editor: 'WRITER',
  administrador: 'OWNER',
};

const OF_PROJECT: readonly Entry[] = [
  { role: 'OWNER', specialGroup: 'projectOwners' },
  { role: 'WRITER', specialGroup: 'projectWriters' },
  { role: 'READER', specialGroup: 'projectReaders' },
];

interface DatasetPath {
  readonly project: string;
  readonly dataset: string;
}

/** The roles that people have on a dataset, and those they have by its project, as entries. */
export async function accessEntries(access: Access, path: DatasetPath): Promise<Entry[]> {
  const { bindings } = await access.sharing.policy(scopeOf(path));
  const own = bindings.flatMap(({ role, members }) => members.map((member) => ({ role: BASIC[role], ...who(member) })));
  return [...OF_PROJECT, ...own];
}

function who(member: string): Entry {
  if (member === 'allAuthenticatedUsers') return { specialGroup: member };
  const [kind, name] = splitMember(member);
  if (kind === 'group') return { groupByEmail: name };
  return kind === 'allUsers' ? { iamMember: kind } : { userByEmail: name };
}

function splitMember(member: string): [string, string] {
  const at = member.indexOf(':');
  return at < 0 ? [member, ''] : [member.slice(0, at), member.slice(at + 1)];
}

/**
 * The roles that a list of entries gives on a dataset. What it gives everyone on staging is left out: basedosdados says
 * it of every dataset it makes, and no client is to open staging. Throws INVALID for what is no such list, UNSUPPORTED for entries that stand
 * for views, routines and other datasets.
 */
export function sharingOf(said: unknown, dataset: string): Sharing[] {
  return parse(ENTRIES, said).flatMap(({ role, ...entry }) => {
    const { userByEmail, groupByEmail, specialGroup, iamMember } = entry;
    if (specialGroup !== undefined && INHERITED.includes(specialGroup)) return [];
    const member =
      iamMember ??
      (userByEmail && `user:${userByEmail}`) ??
      (groupByEmail && `group:${groupByEmail}`) ??
      (specialGroup === 'allAuthenticatedUsers' ? specialGroup : undefined);
    if (member === undefined)
      throw new ArcosError(
        'UNSUPPORTED',
        `An access entry with ${Object.keys(entry).join(', ') || 'nobody'} is not supported`,
        {
          hint: 'Use userByEmail, groupByEmail, iamMember or the special group allAuthenticatedUsers.',
        },
      );
    if (role === undefined) throw new ArcosError('INVALID', `The access entry of ${member} has no role`);
    const closed = dataset.endsWith(STAGING) && Object.hasOwn(EVERYONE, member);
    return closed ? [] : [{ role: roleOf(role), members: [member] }];
  });
}
