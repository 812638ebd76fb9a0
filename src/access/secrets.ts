import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { MasterKey } from './masterkey.ts';
import { KEY_BYTES, seal, unseal } from './sealing.ts';
import type { AccessTables } from './tables.ts';

export interface SecretInfo {
  readonly name: string;
  readonly updatedAt: Date;
  /** Name of the principal. */
  readonly updatedBy: string;
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** What the runs of a namespace must know and nobody else: each value is encrypted with a key of its own. */
export interface Secrets {
  list(namespace: string): Promise<SecretInfo[]>;
  /** Makes the secret, or gives it another value. Throws CONFIG without a usable master key. */
  set(place: Place, value: string, by: string): Promise<void>;
  /** Throws NOT_FOUND. */
  remove(place: Place): Promise<void>;
  /** The value. Throws NOT_FOUND, and CONFIG when it cannot be decrypted. */
  read(place: Place): Promise<string>;
  /** Brings the keys of all secrets under the master key of now. Returns how many were under another. */
  rotate(): Promise<number>;
}

export function createSecrets(store: Store, masterKey: MasterKey, clock: Clock = systemClock): Secrets {
  const db = store.tables<AccessTables>();
  const at = ({ namespace, name }: Place) => ({ namespace, name });
  // So that a row is worth nothing in another's place.
  const contextOf = ({ namespace, name }: Place) => `${namespace}/${name}`;
  const missing = ({ namespace, name }: Place) =>
    new ArcosError('NOT_FOUND', `The namespace "${namespace}" has no secret "${name}"`, {
      hint: `Give it one with "arcos secret set ${namespace} ${name}".`,
    });

  return {
    list: (namespace) =>
      db
        .selectFrom('access.secret')
        .select(['name', 'updated_at as updatedAt', 'updated_by as updatedBy'])
        .where('namespace', '=', namespace)
        .orderBy('name')
        .execute(),

    async set(place, value, by) {
      const key = randomBytes(KEY_BYTES);
      const { master, bytes: wrapped } = await masterKey.wrap(key);
      const sealed = seal(key, Buffer.from(value), contextOf(place));
      const row = { sealed, wrapped, master, updated_at: clock.now(), updated_by: by };
      await db
        .insertInto('access.secret')
        .values({ ...at(place), ...row })
        .onConflict((conflict) => conflict.columns(['namespace', 'name']).doUpdateSet(row))
        .execute();
    },

    async remove(place) {
      const { numDeletedRows } = await db
        .deleteFrom('access.secret')
        .where((secret) => secret.and(at(place)))
        .executeTakeFirst();
      if (numDeletedRows === 0n) throw missing(place);
    },

    async read(place) {
      const row = await db
        .selectFrom('access.secret')
        .select(['sealed', 'wrapped', 'master'])
        .where((secret) => secret.and(at(place)))
        .executeTakeFirst();
      if (row === undefined) throw missing(place);
      const key = await masterKey.unwrap({ master: row.master, bytes: row.wrapped });
      const value = unseal(key, row.sealed, contextOf(place));
      if (value !== undefined) return value.toString();
      throw new ArcosError('CONFIG', `The secret "${place.name}" was changed in the database and cannot be decrypted`);
    },

    async rotate() {
      const rows = await db.selectFrom('access.secret').select(['namespace', 'name', 'wrapped', 'master']).execute();
      const old = rows.filter(({ master, wrapped }) => !masterKey.isCurrent({ master, bytes: wrapped }));
      for (const { namespace, name, wrapped, master } of old) {
        const key = await masterKey.unwrap({ master, bytes: wrapped });
        const { master: newer, bytes } = await masterKey.wrap(key);
        // A value that was set meanwhile has another key, and is left alone.
        await db
          .updateTable('access.secret')
          .set({ wrapped: bytes, master: newer })
          .where((secret) => secret.and({ namespace, name, wrapped }))
          .execute();
      }
      return old.length;
    },
  };
}
