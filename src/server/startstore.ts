import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import { startEmbeddedPostgres } from '../store/embedded/postgres.ts';
import { grantEveryday, mayChangeAudit } from '../store/everyday.ts';
import { migrate } from '../store/migrate.ts';
import { openStore, type Store } from '../store/store.ts';
import type { Settings } from './config.ts';
import type { StateFolder } from './state.ts';

/** The role that the server works as on its embedded PostgreSQL. */
const EVERYDAY = 'arcos_server';

/**
 * The store, brought up to date by the owner of its tables and then opened as the everyday role, which cannot change
 * the audit log. On a PostgreSQL of your own the two are one unless `database-owner-url` is set. `ending` is told how
 * to end what was started, in the order of starting.
 */
export async function startStore(
  settings: Settings,
  state: StateFolder,
  log: Log,
  ending: (end: () => Promise<void>) => void,
): Promise<Store> {
  const { owner, everyday } = await addresses(settings, state, log, ending);
  await prepare(owner, everyday, log);
  const store = openStore(everyday, { connections: settings.databaseConnections });
  ending(() => store.close());
  if (await mayChangeAudit(store)) {
    log.warn('the role of database-url could change the audit log; keep the tables with another: database-owner-url');
  }
  return store;
}

async function addresses(
  { databaseUrl, databaseOwnerUrl }: Settings,
  state: StateFolder,
  log: Log,
  ending: (end: () => Promise<void>) => void,
): Promise<{ owner: string; everyday: string }> {
  if (databaseUrl !== '') return { owner: databaseOwnerUrl || databaseUrl, everyday: databaseUrl };
  const postgres = await startEmbeddedPostgres({
    dir: state.postgres,
    logFile: join(state.logs, 'postgres.log'),
    log,
  });
  ending(() => postgres.stop());
  const everyday = new URL(postgres.url);
  everyday.username = EVERYDAY;
  return { owner: postgres.url, everyday: everyday.href };
}

async function prepare(owner: string, everyday: string, log: Log): Promise<void> {
  const store = openStore(owner, { connections: 2 });
  try {
    const applied = await migrate(store);
    if (applied.length > 0) log.info('the store was brought up to date', { migrations: applied });
    const role = decodeURIComponent(new URL(everyday).username);
    if (owner !== everyday) await grantEveryday(store, role, { create: role === EVERYDAY });
  } finally {
    await store.close();
  }
}
