import type { Access } from '../access/access.ts';
import { noteTable } from '../access/auditnote.ts';
import { may } from '../access/may.ts';
import type { Action } from '../access/policy.ts';
import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';
import type { BoundStatement } from '../sql/bound.ts';
import { type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import { displayName } from './tablename.ts';

/** Asks whether a principal may do things in projects, each project's agency looked up once. */
export class Authoriser {
  readonly #access: Access;
  readonly #principal: Principal;
  readonly #agencies = new Map<string, Promise<string | undefined>>();

  constructor(access: Access, principal: Principal) {
    this.#access = access;
    this.#principal = principal;
  }

  /** The agency of a project; undefined when there is no such project. */
  agency(project: string): Promise<string | undefined> {
    const known = this.#agencies.get(project) ?? this.#access.agencyOf(project).catch(() => undefined);
    this.#agencies.set(project, known);
    return known;
  }

  async allows(action: Action, project: string, dataset?: string, table?: string): Promise<boolean> {
    const agency = await this.agency(project);
    if (agency === undefined) return false;
    const name = dataset === undefined ? {} : { dataset: `${project}.${dataset}` };
    return may(this.#principal, action, { agency, project, ...name, ...(table === undefined ? {} : { table }) })
      .allowed;
  }

  /** The agency that a project's jobs are for. Throws DENIED for a stranger, whether or not the project exists. */
  async demandProject(action: Action, project: string): Promise<string> {
    const agency = await this.agency(project);
    if (agency !== undefined && (await this.allows(action, project))) return agency;
    throw denied(
      `Access Denied: Project ${project}: User does not have permission for ${action} in project ${project}, or perhaps it does not exist`,
    );
  }

  async demandDataset(action: Action, project: string, dataset: string): Promise<void> {
    if (await this.allows(action, project, dataset)) return;
    throw denied(
      `Access Denied: Dataset ${project}:${dataset}: Permission ${action} denied on dataset ${project}:${dataset} (or it may not exist)`,
    );
  }

  async demandTable(action: Action, { project, dataset, table }: TablePath): Promise<void> {
    if (action === 'table.read' || action === 'table.write')
      noteTable(action === 'table.read' ? 'reads' : 'writes', `${project}.${dataset}.${table}`);
    if (await this.allows(action, project, dataset, table)) return;
    const name = displayName({ project, dataset, table });
    throw denied(
      `Access Denied: Table ${name}: User does not have permission to query table ${name}, or perhaps it does not exist`,
    );
  }

  /** A table may be changed by those who may write it, a temporary one by its script. */
  async #demandWrite(path: TablePath): Promise<void> {
    if (path.dataset !== TEMPORARY_DATASET) await this.demandTable('table.write', path);
  }

  /** What a statement changes must be in the principal's hands too. */
  async demandStatement(statement: BoundStatement): Promise<void> {
    switch (statement.kind) {
      case 'query':
        return;
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
      case 'truncate':
        return this.#demandWrite(statement.target.path);
      case 'create_table':
      case 'create_view':
      case 'create_external_table':
      case 'drop':
        return this.#demandWrite(statement.path);
      case 'create_routine': {
        const { project, dataset } = statement.routine.path;
        // A temporary function is its script's own.
        return dataset === '' ? undefined : this.demandDataset('table.write', project, dataset);
      }
      case 'drop_routine':
        return this.demandDataset('table.write', statement.path.project, statement.path.dataset);
      case 'create_row_access_policy':
      case 'drop_row_access_policy':
        // Who may write a table may not by that say who sees it.
        return this.demandTable('access.manage', statement.table);
      case 'alter':
        if (statement.what !== 'SCHEMA') return this.#demandWrite(statement.path);
        return this.demandDataset('dataset.write', statement.path.project, statement.path.dataset);
      case 'create_schema':
      case 'drop_schema':
        return this.demandDataset('dataset.write', statement.project, statement.dataset);
      case 'load_data':
        return this.#demandWrite(statement.path);
      case 'export_data':
        // What it writes to is asked for where it is written.
        return;
      case 'grant':
      case 'revoke': {
        const { what, path } = statement;
        return what === 'SCHEMA'
          ? this.demandDataset('access.manage', path.project, path.dataset)
          : this.demandTable('access.manage', path);
      }
      case 'create_index':
      case 'drop_index':
      case 'undrop_schema':
        throw new ArcosError(
          'UNSUPPORTED',
          `${statement.kind.replaceAll('_', ' ').toUpperCase()} is not supported yet`,
        );
      default:
        // What has no rule here is nobody's.
        statement satisfies never;
        throw denied('Access Denied: the statement is not allowed');
    }
  }
}

function denied(message: string): ArcosError {
  return new ArcosError('DENIED', message, { data: { reason: 'accessDenied' } });
}
