import { DBT_VERSION, type Invocation } from '../invocation.ts';

const VERSIONS = { manifest: 12, 'run-results': 6, catalog: 1, sources: 3 } as const;

/** The head of an artifact: which schema it follows, and which command made it. */
export function metadataOf(schema: keyof typeof VERSIONS, { id, startedAt }: Invocation): Record<string, unknown> {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${schema}/v${VERSIONS[schema]}.json`,
    dbt_version: DBT_VERSION,
    generated_at: new Date().toISOString(),
    invocation_id: id,
    invocation_started_at: startedAt.toISOString(),
    env: {},
  };
}
