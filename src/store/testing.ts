import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { ArcosError } from '../base/errors.ts';
import { migrate } from './migrate.ts';
import { openStore, type Store } from './store.ts';

/** Set by the test set-up (test/support/postgres.ts): the URI of a PostgreSQL made for this test run. */
const URL_VARIABLE = 'ARCOS_TEST_POSTGRES';
const TEMPLATE = 'arcos_template';

/** Makes the migrated database that every test's own database is copied from. */
export async function makeTemplate(url: string): Promise<void> {
  await withClient(url, (client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
  const store = openStore(databaseUrl(url, TEMPLATE));
  await migrate(store);
  await store.close();
}

/** A store on a fresh, migrated database of its own, dropped again by `close`. */
export async function openTestStore(): Promise<Store> {
  const url = process.env[URL_VARIABLE];
  if (url === undefined) throw new ArcosError('CONFIG', `${URL_VARIABLE} is not set: run tests with "npm test"`);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient(url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`));
  const store = openStore(databaseUrl(url, name));
  return {
    ...store,
    async close() {
      await store.close();
      await withClient(url, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
