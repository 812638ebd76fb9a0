import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';

/**
 * The metadata store: PostgreSQL. Each room describes the tables it owns as a Kysely schema and asks
 * for that view of the one pool with `tables<...>()`; no room reads another room's tables.
 */
export interface Store {
  /** For programs that connect by themselves, such as DuckLake. */
  readonly url: string;
  tables<Tables>(): Kysely<Tables>;
  /** Calls `heard` for every NOTIFY on `channel` until the returned function is called. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  notify(channel: string, payload?: string): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Connections at the most. */
  readonly connections?: number;
}

const INT8 = pg.types.builtins.INT8;

/**
 * Opens the store at a PostgreSQL connection URI. 64-bit integers come back as numbers: Arcos keeps
 * byte counts, row counts and sequence numbers in them, all below 2^53.
 */
export function openStore(url: string, options: StoreOptions = {}): Store {
  const pool = new pg.Pool({ connectionString: url, max: options.connections ?? 10, types: { getTypeParser } });
  // A connection that breaks while idle is replaced by the pool; without a listener Node would exit.
  pool.on('error', () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  return {
    url,
    tables: <Tables>() => db as unknown as Kysely<Tables>,
    listen: (channel, heard) => listen(url, channel, heard),
    async notify(channel, payload = '') {
      await sql`SELECT pg_notify(${channel}, ${payload})`.execute(db);
    },
    async close() {
      await db.destroy();
    },
  };
}

const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === INT8 && format !== 'binary'
    ? (text: string) => Number(text)
    : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

const RECONNECT_MS = 500;

/**
 * One connection for one channel, made anew when it breaks (a restarted PostgreSQL forgets LISTEN).
 * What is said in between is lost: a notification is a hint to look, never the news itself.
 */
async function listen(url: string, channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
  const stop = new AbortController();
  let client = await startListening(url, channel, heard);
  const keepListening = async () => {
    for (;;) {
      await client.ended;
      if (stop.signal.aborted) return;
      client = await startListening(url, channel, heard).catch(async () => {
        await sleep(RECONNECT_MS);
        return client;
      });
    }
  };
  void keepListening();
  return async () => {
    stop.abort();
    await client.close();
  };
}

async function startListening(url: string, channel: string, heard: (payload: string) => void) {
  const client = new pg.Client({ connectionString: url });
  const ended = new Promise<void>((done) => client.once('end', () => done()));
  client.on('error', () => undefined);
  client.on('notification', (message) => heard(message.payload ?? ''));
  await client.connect();
  await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
  return { ended, close: () => client.end() };
}
