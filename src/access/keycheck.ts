import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { sha256 } from '../base/ids.ts';
import type { KnownKey } from './findprincipal.ts';
import type { Principal } from './principal.ts';

/** Tells whose key it is by what the store said about it within the last second. */
export interface KeyCheck {
  principalOf(key: { readonly id: string; readonly secret: string }): Promise<Principal | undefined>;
  forget(id: string): void;
}

/** Keys as the store has them now, by id; without those that are not valid. */
export type LoadKeys = (ids: readonly string[], now: Date) => Promise<ReadonlyMap<string, KnownKey>>;

interface Entry {
  /** Undefined for a key that is not valid. */
  readonly known: KnownKey | undefined;
  /** Milliseconds since the epoch. */
  readonly loadedAt: number;
  usedAt: number;
}

/** How long an answer may be reused: the longest a revoked key goes on working. */
const FRESH_MS = 1_000;
/** Keys in use are looked up together with the first of them that has grown old. */
const IN_USE_MS = 10_000;
const TOGETHER = 500;
const KEPT = 10_000;

export function createKeyCheck(load: LoadKeys, clock: Clock): KeyCheck {
  const entries = new Map<string, Entry>();
  const loading = new Map<string, Promise<void>>();
  let next: { readonly ids: Set<string>; readonly loaded: Promise<void> } | undefined;
  const time = () => clock.now().getTime();

  /** Everything that is asked for in one turn of the event loop, and what is in use and old, in one statement. */
  function lookUp(id: string): Promise<void> {
    const underWay = loading.get(id);
    if (underWay !== undefined) return underWay;
    if (next === undefined) {
      const ids = new Set<string>();
      next = { ids, loaded: Promise.resolve().then(() => loadAll(ids)) };
    }
    next.ids.add(id);
    loading.set(id, next.loaded);
    return next.loaded;
  }

  async function loadAll(ids: Set<string>): Promise<void> {
    next = undefined;
    const now = time();
    for (const [id, { known, loadedAt, usedAt }] of entries) {
      if (ids.size >= TOGETHER) break;
      const old = known !== undefined && now - loadedAt >= FRESH_MS && now - usedAt < IN_USE_MS;
      if (old && !loading.has(id)) ids.add(id);
    }
    try {
      const found = await load([...ids], new Date(now));
      for (const id of ids) {
        const usedAt = entries.get(id)?.usedAt ?? now;
        entries.delete(id);
        entries.set(id, { known: found.get(id), loadedAt: now, usedAt });
      }
      for (const id of entries.keys()) {
        if (entries.size <= KEPT) break;
        entries.delete(id);
      }
    } finally {
      for (const id of ids) loading.delete(id);
    }
  }

  return {
    async principalOf({ id, secret }) {
      let entry = entries.get(id);
      if (entry === undefined || time() - entry.loadedAt >= FRESH_MS) {
        await lookUp(id);
        entry = entries.get(id);
      }
      if (entry === undefined) return undefined;
      entry.usedAt = time();
      const { known } = entry;
      if (known === undefined || !timingSafeEqual(Buffer.from(known.sha256), Buffer.from(sha256(secret))))
        return undefined;
      const ended = known.expiresAt !== null && known.expiresAt.getTime() <= entry.usedAt;
      return ended ? undefined : known.principal;
    },
    forget: (id) => void entries.delete(id),
  };
}
