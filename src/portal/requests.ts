import type { Selectable } from 'kysely';
import { createThrottle } from '../access/throttle.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Store } from '../store/store.ts';
import type { PortalTables } from './tables.ts';

export const REQUEST_KINDS = ['data', 'error'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];
export const REQUEST_STATES = ['open', 'doing', 'done', 'refused'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** What somebody of the public asks for, or found wrong; a task for whoever publishes. */
export interface NewRequest {
  readonly kind: RequestKind;
  readonly text: string;
  /** What it is about, of what is published. */
  readonly project?: string;
  readonly dataset?: string;
  readonly table?: string;
  /** Where an answer may go. */
  readonly contact?: string;
}

export interface RequestTask extends NewRequest {
  readonly id: string;
  readonly state: RequestState;
  readonly note?: string;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly changedBy?: string;
}

export interface Requests {
  /** Throws QUOTA for who writes again and again, and while too many wait for someone to read them. */
  add(request: NewRequest, address: string): Promise<string>;
  /** Newest first; those before the id `before`. */
  list(asked: { state?: RequestState | undefined; before?: string | undefined }): Promise<RequestTask[]>;
  /** Throws NOT_FOUND. With its end the address of who asked is erased. */
  change(id: string, state: RequestState, note: string | undefined, by: string): Promise<void>;
  find(id: string): Promise<RequestTask>;
}

const PAGE = 100;
/** Nobody reads more, and a database is not to be filled by strangers. */
const MOST_OPEN = 5000;

export function createRequests(store: Store, clock: Clock = systemClock): Requests {
  const db = store.tables<PortalTables>();
  const throttle = createThrottle(clock, { free: 5, firstMs: 60_000, longestMs: 3_600_000 });
  return {
    async add({ kind, text, project, dataset, table, contact }, address) {
      throttle.demand(address);
      throttle.failed(address);
      const { open } = await db
        .selectFrom('portal.request')
        .select(({ fn }) => fn.countAll<number>().as('open'))
        .where('state', '=', 'open')
        .executeTakeFirstOrThrow();
      if (open >= MOST_OPEN) throw new ArcosError('QUOTA', 'Too many requests wait to be read');
      const id = newId();
      const about = { project: project ?? null, dataset: dataset ?? null, table_name: table ?? null };
      const row = { id, kind, text, ...about, contact: contact ?? null, note: null, changed_by: null };
      await db.insertInto('portal.request').values(row).execute();
      return id;
    },

    async list({ state, before }) {
      let query = db.selectFrom('portal.request').selectAll().orderBy('id', 'desc').limit(PAGE);
      if (state !== undefined) query = query.where('state', '=', state);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.execute()).map(toTask);
    },

    async find(id) {
      const row = await db.selectFrom('portal.request').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw new ArcosError('NOT_FOUND', 'There is no such request');
      return toTask(row);
    },

    async change(id, state, note, by) {
      const ended = state === 'done' || state === 'refused';
      const changed = { state, note: note ?? null, changed_at: clock.now(), changed_by: by };
      const { numUpdatedRows } = await db
        .updateTable('portal.request')
        .set({ ...changed, ...(ended ? { contact: null } : {}) })
        .where('id', '=', id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new ArcosError('NOT_FOUND', 'There is no such request');
    },
  };
}

function toTask(row: Selectable<PortalTables['portal.request']>): RequestTask {
  const { id, kind, text, state, created_at: createdAt, changed_at: changedAt } = row;
  const optional = {
    project: row.project,
    dataset: row.dataset,
    table: row.table_name,
    contact: row.contact,
    note: row.note,
    changedBy: row.changed_by,
  };
  const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null));
  return { id, kind, text, state, createdAt, changedAt, ...known };
}
