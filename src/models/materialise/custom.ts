import { bindMacro } from '../../jinja/jinja.ts';
import type { Materialization } from '../node.ts';
import { listOf } from '../yaml.ts';
import type { Building } from './building.ts';
import { type AdapterResponse, responseOf } from './response.ts';

/**
 * The materialisation of that name which a project or one of its packages wrote in Jinja: the project's own first, one for
 * BigQuery before one for all. Those Arcos has are replaced by the project itself only.
 */
export function customMaterialisation(
  name: string,
  { custom, project }: Pick<Building, 'custom' | 'project'>,
  builtIn: boolean,
): Materialization | undefined {
  const candidates = custom.filter(
    (one) =>
      one.name === name &&
      (one.adapter === 'bigquery' || one.adapter === 'default') &&
      (!builtIn || one.packageName === project),
  );
  const rank = (one: Materialization) => (one.packageName === project ? 0 : 2) + (one.adapter === 'bigquery' ? 0 : 1);
  return candidates.toSorted((a, b) => rank(a) - rank(b))[0];
}

/** Runs it. It runs the model's hooks itself, as dbt's do, and what it sends it answers for. */
export async function buildCustom({ block }: Materialization, building: Building): Promise<AdapterResponse> {
  const { node, compiled, session } = building;
  const { sql } = compiled;
  Object.assign(compiled.scope, {
    sql,
    compiled_sql: sql,
    compiled_code: sql,
    pre_hooks: listOf(node.config['pre-hook']),
    post_hooks: listOf(node.config['post-hook']),
  });
  await bindMacro(block.macro, compiled.scope)([], {});
  return session.last === undefined
    ? { _message: 'OK', code: 'OK', rows_affected: 0, bytes_processed: 0, job_id: '' }
    : responseOf(session.last, (await session.table(node.relation))?.rows);
}
