import { generateKeyPair, verify as verifySignature } from 'node:crypto';
import { promisify } from 'node:util';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { AccessTables } from './tables.ts';

/** A service account's key as Google's clients read it from a file. The private half exists only here. */
export interface ServiceAccountFile {
  readonly type: 'service_account';
  readonly project_id: string;
  readonly private_key_id: string;
  /** PEM, PKCS 8. */
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly token_uri: string;
  readonly universe_domain: 'googleapis.com';
}

export interface ServiceKeyInfo {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface ServiceKeys {
  issue(
    account: { id: string; name: string },
    options: { project: string; tokenUri: string; expiresAt?: Date },
  ): Promise<ServiceAccountFile>;
  list(principal: string): Promise<ServiceKeyInfo[]>;
  /** Ends the key and every token that was given for it. Throws NOT_FOUND. */
  revoke(principal: string, id: string): Promise<void>;
  /**
   * Checks a JWT that a service account signed (RFC 7523 section 3; RS256). Returns who signed it and with
   * which key. Throws UNAUTHENTICATED for one that is not valid now.
   */
  verify(jwt: string): Promise<Assertion>;
  /** Whether any valid key of the account made this RSA-SHA256 signature. */
  signed(account: string, content: string, signature: Buffer): Promise<boolean>;
}

export interface Assertion {
  /** Name of the principal. */
  readonly signer: string;
  readonly principal: string;
  readonly key: string;
  readonly audience: string | undefined;
}

/** Seconds that a JWT may be valid for, and that clocks may differ (Google's limits). */
const LONGEST = 3600;
const SKEW = 300;

const HEADER = z.object({ alg: z.literal('RS256'), kid: z.string() });
const CLAIMS = z.object({
  iss: z.string(),
  sub: z.string().optional(),
  aud: z.string().optional(),
  iat: z.number(),
  exp: z.number(),
});

const makePair = promisify(generateKeyPair);

export function looksLikeJwt(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

export function createServiceKeys(db: Kysely<AccessTables>, clock: Clock): ServiceKeys {
  /** Keys that count now, with the names of those whose they are. */
  const valid = () =>
    db
      .selectFrom('access.service_key as k')
      .innerJoin('access.principal as p', 'p.id', 'k.principal')
      .select(['k.id', 'k.public_key', 'k.principal', 'p.name'])
      .where('k.revoked_at', 'is', null)
      .where('p.disabled_at', 'is', null)
      .where((where) => where.or([where('k.expires_at', 'is', null), where('k.expires_at', '>', clock.now())]));

  return {
    async issue({ id: principal, name }, { project, tokenUri, expiresAt }) {
      const { privateKey, publicKey } = await makePair('rsa', {
        modulusLength: 2048,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      });
      const id = newId().replaceAll('-', '');
      await db
        .insertInto('access.service_key')
        .values({ id, principal, public_key: publicKey, created_at: clock.now(), expires_at: expiresAt ?? null })
        .execute();
      return {
        type: 'service_account',
        project_id: project,
        private_key_id: id,
        private_key: privateKey,
        client_email: name,
        client_id: principal,
        token_uri: tokenUri,
        universe_domain: 'googleapis.com',
      };
    },

    async list(principal) {
      const rows = await db
        .selectFrom('access.service_key')
        .select(['id', 'created_at as createdAt', 'expires_at as expiresAt', 'revoked_at as revokedAt'])
        .where('principal', '=', principal)
        .orderBy('id')
        .execute();
      return rows;
    },

    revoke: (principal, id) =>
      db.transaction().execute(async (transaction) => {
        const revoked = { revoked_at: clock.now() };
        const found = await transaction
          .updateTable('access.service_key')
          .set(revoked)
          .where('id', '=', id)
          .where('principal', '=', principal)
          .executeTakeFirst();
        if (found.numUpdatedRows === 0n) throw new ArcosError('NOT_FOUND', `There is no service key ${id}`);
        await transaction.updateTable('access.key').set(revoked).where('service_key', '=', id).execute();
      }),

    async verify(jwt) {
      const [head = '', body = '', signature = ''] = jwt.split('.');
      const header = HEADER.safeParse(decode(head));
      const claims = CLAIMS.safeParse(decode(body));
      if (!header.success || !claims.success) throw refused('is not a JWT signed with RS256 by a service key');
      const key = await valid().where('k.id', '=', header.data.kid).executeTakeFirst();
      const { iss, sub = iss, aud, iat, exp } = claims.data;
      const now = clock.now().getTime() / 1000;
      if (key === undefined || key.name !== iss)
        throw refused('is signed with a key that is unknown, expired or revoked');
      if (sub !== iss) throw refused('is about somebody else than its signer');
      if (!check(`${head}.${body}`, key.public_key, Buffer.from(signature, 'base64url')))
        throw refused('has a signature that does not match');
      if (exp <= now) throw refused('has expired');
      if (iat > now + SKEW || exp - iat > LONGEST + SKEW) throw refused('is not yet valid, or for longer than an hour');
      return { signer: key.name, principal: key.principal, key: key.id, audience: aud };
    },

    async signed(account, content, signature) {
      const keys = await valid().where('p.name', '=', account).execute();
      return keys.some(({ public_key }) => check(content, public_key, signature));
    },
  };
}

function check(content: string, publicKey: string, signature: Buffer): boolean {
  return verifySignature('RSA-SHA256', Buffer.from(content), publicKey, signature);
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function refused(why: string): ArcosError {
  return new ArcosError('UNAUTHENTICATED', `The assertion ${why}`);
}
