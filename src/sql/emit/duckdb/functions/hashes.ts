import type { Emissions } from '../emission.ts';

export const HASHES: Emissions = {
  FARM_FINGERPRINT: 'bq_farm_fingerprint(encode($1))',
  'FARM_FINGERPRINT BYTES': 'bq_farm_fingerprint($1)',
  'HLL_COUNT.EXTRACT BYTES': 'coalesce(bq_hll_extract($1), 0)',
  MD5: 'unhex(md5($1))',
  'MD5 BYTES': 'unhex(md5($1))',
  SHA1: 'unhex(sha1($1))',
  'SHA1 BYTES': 'unhex(sha1($1))',
  SHA256: 'unhex(sha256($1))',
  'SHA256 BYTES': 'unhex(sha256($1))',
  SHA512: 'bq_sha512(encode($1))',
  'SHA512 BYTES': 'bq_sha512($1)',
};
