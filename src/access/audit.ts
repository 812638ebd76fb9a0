import { sql } from 'kysely';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import type { AuditDetail } from './auditnote.ts';
import type { Resource } from './may.ts';
import type { Action } from './policy.ts';
import type { Principal } from './principal.ts';
import type { AccessTables } from './tables.ts';

/** Who did what, on what, from where, and what came of it. Has no bodies, queries or headers: nothing secret, no rows. */
export interface AuditEntry {
  /** Grows with time; one server's entries are in the order of their answers. */
  readonly id: number;
  readonly at: Date;
  /** Null for who gave no credential, or a wrong one. */
  readonly principal: string | null;
  readonly name: string;
  readonly kind: string;
  readonly agency: string | null;
  /** The agency of what it was done to. */
  readonly owner: string | null;
  readonly action: string | null;
  readonly operation: string;
  /** Of the request, without what follows `?`. */
  readonly path: string;
  readonly resource: Resource;
  /** IP address of the caller. */
  readonly address: string;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly detail: AuditDetail;
}

export interface AuditEvent {
  readonly principal: Principal;
  readonly action?: Action;
  readonly operation: string;
  readonly path: string;
  readonly resource: Resource;
  readonly address: string;
  readonly status: number;
  readonly detail?: AuditDetail;
}

export interface AuditQuery {
  /** Whose, or on whose things; every agency's without it. */
  readonly agency?: string;
  /** By the principal's name. */
  readonly name?: string;
  readonly since?: Date;
  readonly until?: Date;
  /** Only those behind this id. */
  readonly after?: number;
}

export interface Audit {
  /** Resolves when the entry is in the store, or could not be put there: then it is tried again. */
  write(event: AuditEvent): Promise<void>;
  /** Entries, oldest first, a page at a time. */
  read(query: AuditQuery): AsyncIterable<AuditEntry>;
  /** Writes what is still waiting. */
  close(): Promise<void>;
}

/** Entries of one INSERT at the most, and that wait at the most while the store is away. */
const BATCH = 1_000;
const WAITING = 100_000;
const RETRY_MS = 500;
const PAGE = 1_000;
const LONGEST_PATH = 2_048;

interface Waiting {
  readonly row: Omit<AuditEntry, 'id'>;
  readonly done: () => void;
}

/**
 * The audit log. Entries that come while one INSERT is under way go together with the next one, so that under load
 * a request pays for a share of a transaction (bench/cases/audit.ts).
 */
export function createAudit(
  store: Store,
  { clock = systemClock, log = silentLog }: { clock?: Clock; log?: Log } = {},
): Audit {
  const db = store.tables<AccessTables>();
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        await insert(batch.map(({ row }) => row));
        waiting = waiting.slice(batch.length);
      } catch (error) {
        log.error('the audit log cannot be written', { waiting: waiting.length, error: String(error) });
        retry ??= setTimeout(() => {
          retry = undefined;
          start();
        }, RETRY_MS).unref();
        return;
      } finally {
        for (const { done } of batch) done();
      }
    }
  }

  function start(): void {
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if (waiting.length > 0 && retry === undefined) start();
    });
  }

  /** One statement of constant text, whatever the number of rows. */
  async function insert(rows: readonly Omit<AuditEntry, 'id'>[]): Promise<void> {
    // What a request made up may be no text for the store, and one such row would hold all others up.
    const text = JSON.stringify(rows, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value));
    await sql`INSERT INTO access.audit (at, principal, name, kind, agency, owner, action, operation, path, resource, address, status, detail)
      SELECT at, principal, name, kind, agency, owner, action, operation, path, resource, address, status, detail
      FROM jsonb_to_recordset(${text}::jsonb) AS row(at timestamptz, principal uuid, name text, kind text, agency text,
        owner text, action text, operation text, path text, resource jsonb, address text, status smallint,
        detail jsonb)`.execute(db);
  }

  return {
    write({ principal, action, operation, path, resource, address, status, detail = {} }) {
      const anonymous = principal.kind === 'anonymous';
      const row = {
        at: clock.now(),
        principal: anonymous ? null : principal.id,
        name: principal.name,
        kind: principal.kind,
        agency: principal.agency,
        owner: resource.agency ?? null,
        action: action ?? null,
        operation,
        // Nobody needs more than the beginning of a path without end.
        path: path.slice(0, LONGEST_PATH),
        resource,
        address,
        status,
        detail,
      };
      return new Promise((done) => {
        if (waiting.length >= WAITING) {
          // The log of the server is then the only place that has it.
          log.error('the audit log is full: the store was away for too long', { entry: row });
          done();
          return;
        }
        waiting.push({ row, done });
        start();
      });
    },

    async *read({ agency, name, since, until, after = 0 }) {
      for (let last = after; ; ) {
        let query = db.selectFrom('access.audit').selectAll().where('id', '>', last).orderBy('id').limit(PAGE);
        if (agency !== undefined) query = query.where((either) => either.or({ agency, owner: agency }));
        if (name !== undefined) query = query.where('name', '=', name);
        if (since !== undefined) query = query.where('at', '>=', since);
        if (until !== undefined) query = query.where('at', '<', until);
        const rows = await query.execute();
        yield* rows;
        const newest = rows.at(-1);
        if (newest === undefined || rows.length < PAGE) return;
        last = newest.id;
      }
    },

    async close() {
      clearTimeout(retry);
      retry = undefined;
      start();
      await writing;
    },
  };
}

/** Without NUL and halves of characters, which PostgreSQL keeps in no text. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
