import { ArcosError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Building } from './building.ts';
import { buildCustom, customMaterialisation } from './custom.ts';
import { runHooks } from './hooks.ts';
import { buildIncremental } from './incremental.ts';
import type { AdapterResponse } from './response.ts';
import { buildTable } from './table.ts';
import { buildView } from './view.ts';

type Materialise = (building: Building) => Promise<AdapterResponse>;

/** Each is one statement that shows readers the old table or the new one, or can be done again from the start. */
const MATERIALISATIONS: Readonly<Record<string, Materialise>> = {
  view: buildView,
  table: buildTable,
  incremental: buildIncremental,
  materialized_view: buildMaterializedView,
};

/** With the hooks before and after. Throws UNSUPPORTED for a materialisation there is not. */
export async function materialise(building: Building): Promise<AdapterResponse> {
  const { node, session, compiled } = building;
  const { materialized } = node.config;
  const build = MATERIALISATIONS[materialized];
  const custom = customMaterialisation(materialized, building, build !== undefined);
  if (custom !== undefined) return buildCustom(custom, building);
  if (build === undefined) {
    const near = nearest(materialized, Object.keys(MATERIALISATIONS));
    throw new ArcosError('UNSUPPORTED', `There is no materialization "${materialized}"`, {
      hint:
        near === undefined
          ? 'It is view, table, incremental, materialized_view, ephemeral, or one of the project.'
          : `Did you mean "${near}"?`,
    });
  }
  await runHooks(node, 'pre-hook', compiled.scope, session);
  const response = await build(building);
  await runHooks(node, 'post-hook', compiled.scope, session);
  return response;
}

/** A view answers as a materialised one does, which is never out of date: it is only slower. */
function buildMaterializedView(building: Building): Promise<AdapterResponse> {
  const { node, session } = building;
  session.warn(`${node.uniqueId} becomes a view: Arcos keeps no materialized views, and a view answers the same`);
  return buildView(building);
}
