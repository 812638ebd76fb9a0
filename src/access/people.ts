import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newSecret, sha256 } from '../base/ids.ts';
import type { Store } from '../store/store.ts';
import { checkPassword, hashPassword, verifyPassword } from './password.ts';
import type { AccessTables } from './tables.ts';
import { createThrottle } from './throttle.ts';

/** Passwords of users, and the one-time tokens by which a user gets one or an agent its key. */
export interface People {
  /**
   * The id of the user whose name and password these are. Throws UNAUTHENTICATED, in the same words and time
   * whether or not there is such a user, and QUOTA for who has to wait after failures.
   */
  login(attempt: { name: string; password: string; address: string }): Promise<string>;
  /** Throws INVALID for one that is too short. Ends the user's sessions and invitations. */
  setPassword(principal: string, password: string): Promise<void>;
  /** A token that is good once, until it expires; earlier ones for the principal stop working. */
  invite(principal: string, purpose: 'password' | 'key', hours: number): Promise<{ token: string; expiresAt: Date }>;
  /** Whom the token is for; it is used up by this. Throws UNAUTHENTICATED. */
  redeem(token: string, purpose: 'password' | 'key', address: string): Promise<string>;
  /** Whether anyone can log in with a password yet. */
  anyPassword(): Promise<boolean>;
}

export function createPeople(store: Store, clock: Clock = systemClock): People {
  const db = store.tables<AccessTables>();
  // A name is slowed down for everyone, so its wait stays short: nobody is to be locked out by another.
  const names = createThrottle(clock, { free: 5, firstMs: 1_000, longestMs: 30_000 });
  const addresses = createThrottle(clock, { free: 20, firstMs: 1_000, longestMs: 15 * 60_000 });
  const wrong = () => new ArcosError('UNAUTHENTICATED', 'There is no user of that name and password');

  return {
    async login({ name, password, address }) {
      names.demand(name);
      addresses.demand(address);
      // Counted before the slow part, so that many attempts at a time do not pass together.
      names.failed(name);
      addresses.failed(address);
      const row = await db
        .selectFrom('access.password as s')
        .innerJoin('access.principal as p', 'p.id', 's.principal')
        .select(['p.id', 's.hash'])
        .where('p.name', '=', name)
        .where('p.kind', '=', 'user')
        .where('p.disabled_at', 'is', null)
        .executeTakeFirst();
      if (!(await verifyPassword(password, row?.hash)) || row === undefined) throw wrong();
      names.succeeded(name);
      addresses.succeeded(address);
      return row.id;
    },

    async setPassword(principal, password) {
      checkPassword(password);
      const hash = await hashPassword(password);
      const changed = { hash, changed_at: clock.now() };
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('access.password')
          .values({ principal, ...changed })
          .onConflict((conflict) => conflict.column('principal').doUpdateSet(changed))
          .execute();
        await transaction
          .updateTable('access.key')
          .set({ revoked_at: clock.now() })
          .where('principal', '=', principal)
          .where('purpose', '=', 'session')
          .where('revoked_at', 'is', null)
          .execute();
        await transaction.deleteFrom('access.invitation').where('principal', '=', principal).execute();
      });
    },

    async invite(principal, purpose, hours) {
      const token = newSecret();
      const expiresAt = new Date(clock.now().getTime() + hours * 3_600_000);
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('access.invitation').where('principal', '=', principal).execute();
        await transaction
          .insertInto('access.invitation')
          .values({ sha256: sha256(token), principal, purpose, expires_at: expiresAt })
          .execute();
      });
      return { token, expiresAt };
    },

    async redeem(token, purpose, address) {
      addresses.demand(address);
      const row = await db
        .deleteFrom('access.invitation')
        .where('sha256', '=', sha256(token))
        .where('purpose', '=', purpose)
        .where('expires_at', '>', clock.now())
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('access.principal')
              .select('id')
              .whereRef('access.principal.id', '=', 'access.invitation.principal')
              .where('disabled_at', 'is', null),
          ),
        )
        .returning('principal')
        .executeTakeFirst();
      if (row !== undefined) return row.principal;
      addresses.failed(address);
      throw new ArcosError('UNAUTHENTICATED', 'The one-time link is not valid: unknown, used or expired', {
        hint: 'Ask an administrator for a new one.',
      });
    },

    async anyPassword() {
      return (await db.selectFrom('access.password').select('principal').limit(1).executeTakeFirst()) !== undefined;
    },
  };
}
