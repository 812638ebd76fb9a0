import { define } from './define.ts';

const DIGEST = 'STRING -> BYTES | BYTES -> BYTES';

export const HASHES = define('hash', {
  FARM_FINGERPRINT: ['STRING -> INT64 | BYTES -> INT64', 'FarmHash Fingerprint64, as a signed number.'],
  'HLL_COUNT.EXTRACT': ['BYTES -> INT64', 'About how many different values a sketch has.'],
  MD5: [DIGEST, 'MD5 digest, 16 bytes.'],
  SHA1: [DIGEST, 'SHA-1 digest, 20 bytes.'],
  SHA256: [DIGEST, 'SHA-256 digest, 32 bytes.'],
  SHA512: [DIGEST, 'SHA-512 digest, 64 bytes.'],
});
