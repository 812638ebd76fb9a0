import { type Kysely, sql } from 'kysely';
import type { Store } from './store.ts';

/** Schemas whose tables the migrations make. What else is in the database is not Arcos's. */
const SCHEMAS = ['arcos', 'access', 'lake', 'warehouse', 'orchestrator', 'portal'];
/** DuckLake makes and changes its tables by itself, so its schema is the everyday role's own. */
const OWN_SCHEMA = 'ducklake';

/**
 * Lets `role`, which the server works as, do with the store's tables what it has to, and no more: it can neither
 * change the audit log nor what says which migrations there were. To be called by who owns them, after each migration.
 * Making the role is for who may make roles; here with `create`.
 */
export async function grantEveryday(owner: Store, role: string, { create = false } = {}): Promise<void> {
  const db = owner.tables<unknown>();
  const who = sql.id(role);
  await db.transaction().execute(async (transaction) => {
    const run = (statement: ReturnType<typeof sql>) => statement.execute(transaction);
    const { rows } = await sql<{ there: boolean; database: string; maintain: boolean }>`
      SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ${role}) AS there, current_database() AS database,
        current_setting('server_version_num')::integer >= 170000 AS maintain`.execute(transaction);
    const [{ there, database, maintain } = { there: false, database: '', maintain: false }] = rows;
    if (!there && create) await run(sql`CREATE ROLE ${who} LOGIN`);
    // DuckLake asks for its schema with IF NOT EXISTS, which needs this even when it is there.
    await run(sql`GRANT CREATE ON DATABASE ${sql.id(database)} TO ${who}`);
    for (const name of SCHEMAS) {
      const schema = sql.id(name);
      await run(sql`GRANT USAGE ON SCHEMA ${schema} TO ${who}`);
      await run(sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${who}`);
      // What is removed of runs gives its room back; PostgreSQL 17 has a right for that, before it owners alone can.
      if (maintain && name === 'orchestrator')
        await run(sql`GRANT MAINTAIN ON ALL TABLES IN SCHEMA ${schema} TO ${who}`);
      await run(sql`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${who}`);
    }
    await run(sql`REVOKE UPDATE, DELETE, TRUNCATE ON access.audit FROM ${who}`);
    await run(sql`REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON arcos.migration FROM ${who}`);
    await giveOwnSchema(transaction, role);
  });
}

async function giveOwnSchema(transaction: Kysely<unknown>, role: string): Promise<void> {
  const who = sql.id(role);
  const schema = sql.id(OWN_SCHEMA);
  await sql`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${who}`.execute(transaction);
  const { rows } = await sql<{ owner: string; relation: string | null; kind: string | null }>`
    SELECT pg_get_userbyid(coalesce(c.relowner, n.nspowner)) AS owner, c.relname AS relation, c.relkind AS kind
    FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'S')
    WHERE n.nspname = ${OWN_SCHEMA}`.execute(transaction);
  // Those of a database from before there were two roles.
  if (rows.some(({ owner }) => owner !== role)) await sql`ALTER SCHEMA ${schema} OWNER TO ${who}`.execute(transaction);
  for (const { owner, relation, kind } of rows) {
    if (relation === null || owner === role || kind === 'S') continue;
    await sql`ALTER TABLE ${schema}.${sql.id(relation)} OWNER TO ${who}`.execute(transaction);
  }
}

/** Whether the store's own role could change the audit log. */
export async function mayChangeAudit(store: Store): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    SELECT has_table_privilege('access.audit', 'UPDATE, DELETE, TRUNCATE') OR
      pg_has_role((SELECT relowner FROM pg_class WHERE oid = 'access.audit'::regclass), 'USAGE') AS may`.execute(
    store.tables(),
  );
  return rows[0]?.may === true;
}
