import { ArcosError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Building } from './building.ts';
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
};

/** Throws UNSUPPORTED for a materialisation there is not. */
export function materialise(building: Building): Promise<AdapterResponse> {
  const { materialized } = building.node.config;
  const build = MATERIALISATIONS[materialized];
  if (build !== undefined) return build(building);
  const near = nearest(materialized, Object.keys(MATERIALISATIONS));
  throw new ArcosError('UNSUPPORTED', `There is no materialization "${materialized}"`, {
    hint: near === undefined ? 'It is view, table, incremental or ephemeral.' : `Did you mean "${near}"?`,
  });
}
