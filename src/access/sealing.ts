import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** AES-256-GCM (NIST SP 800-38D): a key of 32 bytes; what is sealed is vector, tag and ciphertext, in this order. */
const ALGORITHM = 'aes-256-gcm';
export const KEY_BYTES = 32;
const VECTOR_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts so that it can be opened with the same key and `context` only: where it belongs, which is no secret. */
export function seal(key: Buffer, plain: Buffer, context: string): Buffer {
  const vector = randomBytes(VECTOR_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, vector).setAAD(Buffer.from(context));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([vector, cipher.getAuthTag(), text]);
}

/** Undefined for what was sealed with another key or for another place, or was changed since. */
export function unseal(key: Buffer, sealed: Buffer, context: string): Buffer | undefined {
  if (sealed.length < VECTOR_BYTES + TAG_BYTES) return undefined;
  const text = sealed.subarray(VECTOR_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, VECTOR_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(VECTOR_BYTES, VECTOR_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    return undefined;
  }
}
