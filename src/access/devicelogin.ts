import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newSecret, sha256 } from '../base/ids.ts';
import type { Store } from '../store/store.ts';
import type { AccessTables } from './tables.ts';

/** Logins of programs without a browser (after RFC 8628): somebody who is logged in allows them by a short code. */
export interface DeviceLogin {
  begin(address: string): Promise<{ deviceCode: string; userCode: string; expiresAt: Date }>;
  /** What is waiting under a code, as it was typed. Throws NOT_FOUND. */
  waiting(userCode: string): Promise<{ userCode: string; address: string }>;
  /** Throws NOT_FOUND for a code that is unknown, used or expired. */
  allow(userCode: string, principal: string): Promise<void>;
  /** Who allowed it, once; undefined while nobody has. Throws NOT_FOUND. */
  redeem(deviceCode: string): Promise<string | undefined>;
}

const MINUTES = 10;
/** Begun and not ended, by all together: nobody fills the table. */
const MOST = 10_000;
/** Consonants: no words, and none that looks like another (RFC 8628 section 6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

export function createDeviceLogin(store: Store, clock: Clock): DeviceLogin {
  const db = store.tables<AccessTables>();
  const unknown = () =>
    new ArcosError('NOT_FOUND', 'There is no login under this code: it is wrong, used or expired', {
      hint: 'Begin again with "arcos login --device".',
    });
  const find = (userCode: string) =>
    db
      .selectFrom('access.device')
      .select(['user_code as userCode', 'address'])
      .where('user_code', '=', canonical(userCode))
      .where('principal', 'is', null)
      .where('expires_at', '>', clock.now());

  return {
    async begin(address) {
      const now = clock.now();
      await db.deleteFrom('access.device').where('expires_at', '<=', now).execute();
      const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM access.device`.execute(db);
      if ((rows[0]?.n ?? 0) >= MOST) throw new ArcosError('QUOTA', 'Too many logins have been begun: try again later');
      const deviceCode = newSecret();
      const letters = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
      const userCode = canonical(letters);
      const expiresAt = new Date(now.getTime() + MINUTES * 60_000);
      await db
        .insertInto('access.device')
        .values({ sha256: sha256(deviceCode), user_code: userCode, address, expires_at: expiresAt })
        .execute();
      return { deviceCode, userCode, expiresAt };
    },

    async waiting(userCode) {
      const row = await find(userCode).executeTakeFirst();
      if (row === undefined) throw unknown();
      return row;
    },

    async allow(userCode, principal) {
      const { numUpdatedRows } = await db
        .updateTable('access.device')
        .set({ principal })
        .where('user_code', '=', canonical(userCode))
        .where('principal', 'is', null)
        .where('expires_at', '>', clock.now())
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw unknown();
    },

    async redeem(deviceCode) {
      const at = db
        .selectFrom('access.device')
        .select('principal')
        .where('sha256', '=', sha256(deviceCode))
        .where('expires_at', '>', clock.now());
      const waiting = await at.executeTakeFirst();
      if (waiting === undefined) throw unknown();
      if (waiting.principal === null) return undefined;
      const row = await db
        .deleteFrom('access.device')
        .where('sha256', '=', sha256(deviceCode))
        .where('principal', 'is not', null)
        .returning('principal')
        .executeTakeFirst();
      // Another has just taken it.
      if (row === undefined || row.principal === null) throw unknown();
      return row.principal;
    },
  };
}

/** `BCDF-GHJK`, however it was typed. */
function canonical(userCode: string): string {
  const letters = userCode.toUpperCase().replace(/[^A-Z]/g, '');
  return `${letters.slice(0, 4)}-${letters.slice(4, 12)}`;
}
