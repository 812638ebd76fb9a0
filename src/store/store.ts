import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { awayOr } from './away.ts';

/**
 * The metadata store: PostgreSQL. Each room describes the tables it owns as a Kysely schema and asks
 * for that view of the one pool with `tables<...>()`; no room reads another room's tables.
 */
export interface Store {
  /** For programs that connect by themselves, such as DuckLake. */
  readonly url: string;
  tables<Tables>(): Kysely<Tables>;
  /**
   * Runs a statement that PostgreSQL parses and plans once on each connection: for those that every request needs.
   * `name` is the statement's alone.
   */
  prepared<Row>(
    statement: { readonly name: string; readonly text: string },
    values: readonly unknown[],
  ): Promise<Row[]>;
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
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 10,
    types: { getTypeParser },
    Client: StoreClient,
  });
  // A connection that breaks while idle is replaced by the pool; without a listener Node would exit.
  pool.on('error', () => undefined);
  const connect = () => pool.connect().catch(rethrow);
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: { options: pool.options, connect, end: () => pool.end() } }),
  });
  return {
    url,
    tables: <Tables>() => db as unknown as Kysely<Tables>,
    async prepared<Row>(statement: { readonly name: string; readonly text: string }, values: readonly unknown[]) {
      const query = { ...statement, values: [...values] };
      const { rows } = await pool.query<Row & pg.QueryResultRow>(query).catch(rethrow);
      return rows;
    },
    listen: (channel, heard) => listen(url, channel, heard),
    async notify(channel, payload = '') {
      await sql`SELECT pg_notify(${channel}, ${payload})`.execute(db);
    },
    async close() {
      await db.destroy();
    },
  };
}

/** A connection whose loss is an error of its queries, never of the process; a PostgreSQL that is away is UNAVAILABLE. */
class StoreClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    // Also between two queries of a transaction, when nobody else listens.
    this.on('error', () => undefined);
  }

  override query(...call: unknown[]): never {
    const asked: unknown = Reflect.apply(super.query, this, call);
    // The driver's own types have one signature for each way of calling it.
    return (asked instanceof Promise ? asked.catch(rethrow) : asked) as never;
  }
}

function rethrow(thrown: unknown): never {
  throw awayOr(thrown);
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
