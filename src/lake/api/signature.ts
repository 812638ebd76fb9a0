import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.ts';
import type { Principal } from '../../access/principal.ts';
import { ArcosError } from '../../base/errors.ts';

/** What a V4 signature says of itself, in the URL or in the Authorization header. */
interface Signature {
  readonly account: string;
  /** `yyyymmdd/location/storage/goog4_request` */
  readonly scope: string;
  /** `yyyymmddThhmmssZ` */
  readonly date: string;
  /** Seconds. */
  readonly expires: number;
  readonly signedHeaders: readonly string[];
  readonly signature: Buffer;
}

const ALGORITHM = 'GOOG4-RSA-SHA256';
const LONGEST = 7 * 24 * 3600;
/** Seconds that clocks may differ. */
const SKEW = 15 * 60;

/**
 * The service account that signed the request (Cloud Storage, V4 signing process); undefined when nobody did.
 * Throws UNAUTHENTICATED for a signature that is wrong, too early or too old.
 */
export async function signerOf(access: Access, request: FastifyRequest, now: Date): Promise<Principal | undefined> {
  const signature = readSignature(request);
  if (signature === undefined) return undefined;
  const { account, scope, date, expires, signedHeaders } = signature;
  const begin = timeOf(date);
  const seconds = now.getTime() / 1000;
  if (!scope.startsWith(`${date.slice(0, 8)}/`) || !scope.endsWith('/storage/goog4_request'))
    throw refused('The credential scope is not of this date and service');
  if (!(expires > 0 && expires <= LONGEST)) throw refused('The signature may be valid for seven days at the most');
  if (seconds < begin - SKEW) throw refused('The signature is not valid yet');
  if (seconds > begin + expires) throw refused('The signature has expired');
  if (!signedHeaders.includes('host')) throw refused('The host header must be signed');
  for (const canonical of canonicalRequests(request, signedHeaders)) {
    const hash = createHash('sha256').update(canonical).digest('hex');
    const text = [ALGORITHM, date, scope, hash].join('\n');
    if (await access.serviceKeys.signed(account, text, signature.signature)) return access.principal(account);
  }
  throw refused('The signature is not one of this request by a valid key of the service account');
}

function readSignature({ query, headers }: FastifyRequest): Signature | undefined {
  const inUrl = lowerCased(query as Record<string, unknown>);
  const parts = /^(GOOG4-\S+)\s+(.*)$/.exec(headers.authorization ?? '');
  const inHeader = Object.fromEntries(
    (parts?.[2] ?? '').split(',').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    }),
  );
  const algorithm = inUrl['x-goog-algorithm'] ?? parts?.[1];
  if (algorithm === undefined) return undefined;
  if (algorithm !== ALGORITHM) throw refused(`The only algorithm is ${ALGORITHM}, with a key of a service account`);
  const credential = inUrl['x-goog-credential'] ?? inHeader['credential'] ?? '';
  const [, account = '', scope = ''] = /^(.+?)\/(\d{8}\/.+)$/.exec(credential) ?? [];
  return {
    account,
    scope,
    date: inUrl['x-goog-date'] ?? String(headers['x-goog-date'] ?? ''),
    expires: parts === null ? Number(inUrl['x-goog-expires']) : SKEW,
    signedHeaders: (inUrl['x-goog-signedheaders'] ?? inHeader['signedheaders'] ?? '').split(';'),
    signature: Buffer.from(inUrl['x-goog-signature'] ?? inHeader['signature'] ?? '', 'hex'),
  };
}

/** What may have been signed: clients differ in whether a host has its port. */
function canonicalRequests(request: FastifyRequest, signedHeaders: readonly string[]): string[] {
  // As it came: a URL's parser would take `..` for a step up, but here it is part of a name.
  const [, rawPath = '', rawQuery = ''] = /^([^?]*)\??(.*)$/.exec(request.raw.url ?? '') ?? [];
  const path = rawPath
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/');
  const query = [...new URLSearchParams(rawQuery)]
    .filter(([name]) => name.toLowerCase() !== 'x-goog-signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const payload = [request.headers['x-goog-content-sha256']].flat()[0] ?? 'UNSIGNED-PAYLOAD';
  return [request.host, request.hostname].map((host) => {
    const lines = signedHeaders.map((name) => {
      const value = name === 'host' ? host : [request.headers[name]].flat().join(',');
      return `${name}:${value.trim().replace(/\s+/g, ' ')}\n`;
    });
    return [request.method, path, query, lines.join(''), signedHeaders.join(';'), payload].join('\n');
  });
}

/** Everything but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function timeOf(date: string): number {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const time = iso === date ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(time)) throw refused(`The date "${date}" of the signature cannot be read`);
  return time / 1000;
}

function lowerCased(query: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function refused(message: string): ArcosError {
  return new ArcosError('UNAUTHENTICATED', message, { data: { reason: 'SignatureDoesNotMatch' } });
}
