import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ArcosError } from '../base/errors.ts';

/** argon2id (RFC 9106) with OWASP's parameters: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;

const LEAST = 12;
/** A longer one is no safer, and costs. */
const MOST = 256;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const derive = promisify(argon2);

/** Throws INVALID for one that is too short or too long. Nothing else is asked of it (NIST SP 800-63B section 3.1.1.2). */
export function checkPassword(password: string): void {
  const length = [...password].length;
  if (length >= LEAST && length <= MOST) return;
  throw new ArcosError('INVALID', `A password has ${LEAST} to ${MOST} characters`, {
    hint: 'Several words are easy to remember.',
  });
}

/** The hash as a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await derive('argon2id', {
    message: password.normalize('NFC'),
    nonce: salt,
    memory: MEMORY_KIB,
    passes: PASSES,
    parallelism: LANES,
    tagLength: TAG_BYTES,
  });
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(salt)}$${base64(tag)}`;
}

/** Whether it is the password of the hash. Without a hash it takes as long, and is not. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, memory, passes, lanes, salt = '', tag = ''] = PHC.exec(hash ?? NOBODYS) ?? [];
  const expected = Buffer.from(tag, 'base64');
  const made = await derive('argon2id', {
    message: password.slice(0, MOST).normalize('NFC'),
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(lanes),
    tagLength: expected.length,
  });
  return timingSafeEqual(made, expected) && hash !== undefined;
}

const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

const NOBODYS = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(Buffer.alloc(16))}$${base64(Buffer.alloc(TAG_BYTES))}`;
