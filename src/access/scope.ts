import { ArcosError } from '../base/errors.ts';
import type { Access } from './access.ts';
import type { Resource } from './may.ts';
import type { Binding } from './principal.ts';

const KINDS = ['platform', 'agency', 'namespace', 'project', 'dataset', 'table'] as const;

/** `platform`, `agency/ID`, `namespace/ID`, `project/ID`, `dataset/PROJECT.DATASET` or `table/PROJECT.DATASET.TABLE`. Throws INVALID. */
export function parseScope(text: string): Binding['scope'] {
  const [word = '', id = ''] = text.split(/\/(.*)/s);
  const kind = KINDS.find((known) => known === word);
  const parts = kind === 'dataset' ? 2 : kind === 'table' ? 3 : 1;
  const right = kind === 'platform' ? id === '' : parts === 1 ? id !== '' : split(id).length === parts;
  if (kind !== undefined && right) return { kind, id };
  throw new ArcosError('INVALID', `"${text}" names no scope`, {
    hint: 'Write platform, agency/ID, namespace/ID, project/ID, dataset/PROJECT.DATASET or table/PROJECT.DATASET.TABLE.',
  });
}

/** As `parseScope`, of what only questions are about too: a `column/PROJECT.DATASET.TABLE.COLUMN` is its table's. Throws INVALID. */
export function parseResource(text: string): Binding['scope'] {
  const [, table] = /^column\/(.+)\.[^.]+$/s.exec(text) ?? [];
  return parseScope(table === undefined ? text : `table/${table}`);
}

/** A scope with all that contains it. Throws NOT_FOUND for one whose agency, namespace or project is not there. */
export async function resourceOf(access: Access, { kind, id }: Binding['scope']): Promise<Resource> {
  switch (kind) {
    case 'platform':
      return {};
    case 'agency':
      await access.agency(id);
      return { agency: id };
    case 'namespace':
      return { agency: (await access.namespace(id)).agency, namespace: id };
    case 'project':
      return { agency: await access.agencyOf(id), project: id };
    case 'dataset':
    case 'table': {
      const [project = '', dataset = '', table] = split(id);
      return {
        agency: await access.agencyOf(project),
        project,
        dataset: `${project}.${dataset}`,
        ...(table === undefined ? {} : { table }),
      };
    }
    case 'run':
      throw new ArcosError('INVALID', 'A run has no roles to give');
  }
}

/** Neither projects nor datasets have dots in their names; a table may. */
function split(id: string): string[] {
  return (/^([^.]+)\.([^.]+)(?:\.(.+))?$/s.exec(id) ?? []).slice(1).filter((part) => part !== undefined);
}
