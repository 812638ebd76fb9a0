import type { HostFunction } from './function.ts';

/** Network functions (GoogleSQL, Net functions). Addresses are 4 or 16 bytes in network order; NULL for what is none. */
export const NET_FUNCTIONS: readonly HostFunction[] = [
  { name: 'bq_net_host', parameters: ['VARCHAR'], result: 'VARCHAR', evaluate: (url) => hostOf(String(url)) },
  { name: 'bq_net_address', parameters: ['VARCHAR'], result: 'BLOB', evaluate: (text) => addressOf(String(text)) },
  {
    name: 'bq_net_text',
    parameters: ['BLOB'],
    result: 'VARCHAR',
    evaluate(bytes) {
      const address = bytes as Uint8Array;
      if (address.length === 4) return address.join('.');
      return address.length === 16 ? textOf6(address) : null;
    },
  },
  {
    name: 'bq_net_mask',
    parameters: ['BIGINT', 'BIGINT'],
    result: 'BLOB',
    evaluate: (length, prefix) => mask(Number(length), Number(prefix)),
  },
  {
    name: 'bq_net_truncated',
    parameters: ['BLOB', 'BIGINT'],
    result: 'BLOB',
    evaluate(bytes, prefix) {
      const address = bytes as Uint8Array;
      return mask(address.length, Number(prefix))?.map((byte, index) => byte & (address[index] ?? 0)) ?? null;
    },
  },
];

function mask(length: number, prefix: number): Uint8Array | null {
  if ((length !== 4 && length !== 16) || prefix < 0 || prefix > length * 8) return null;
  return Uint8Array.from({ length }, (_, index) => 256 - 2 ** (8 - Math.min(8, Math.max(0, prefix - index * 8))));
}

/** The host of a URL, as it is written; of a text without a scheme, whatever stands before the path. */
function hostOf(url: string): string | null {
  const trimmed = url.replace(/^[\s\p{Cc}]+|[\s\p{Cc}]+$/gu, '');
  const withoutScheme = /^(?:[A-Za-z][\w+.-]*:)?\/\/(.*)$/s.exec(trimmed)?.[1];
  // A scheme without slashes, as in mailto:, is taken for the host (GoogleSQL, NET.HOST).
  const [authority = ''] = (withoutScheme ?? trimmed).split(/[/?#\\]/, 1);
  const withoutUser = authority.slice(authority.lastIndexOf('@') + 1);
  const host = /^(\[[^\]]*\]|[^:]*)/.exec(withoutUser)?.[0] ?? '';
  return host === '' ? null : host;
}

function addressOf(text: string): Uint8Array | null {
  return text.includes(':') ? address6(text) : address4(text);
}

function address4(text: string): Uint8Array | null {
  const parts = text.split('.');
  const valid = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return valid ? Uint8Array.from(parts, Number) : null;
}

/** RFC 4291 section 2.2. */
function address6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':').map(groupBytes)));
  const [before, after] = [head?.flat() ?? [], tail?.flat() ?? []];
  if ([...before, ...after].includes(-1)) return null;
  const missing = 16 - before.length - after.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null;
  return Uint8Array.from([...before, ...new Array<number>(missing).fill(0), ...after]);
}

/** The bytes of a group of digits, or of an IPv4 address at the end; -1 for what is neither. */
function groupBytes(group: string): number[] {
  if (group.includes('.')) return [...(address4(group) ?? [-1])];
  if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return [-1];
  const number = Number.parseInt(group, 16);
  return [number >> 8, number & 255];
}

/** RFC 5952: small letters, the longest run of zeros left out. */
function textOf6(address: Uint8Array): string {
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((address[index * 2] ?? 0) << 8) | (address[index * 2 + 1] ?? 0),
  );
  let [start, length] = [0, 0];
  for (let at = 0; at < 8; at++) {
    const run = groups.slice(at).findIndex((group) => group !== 0);
    const zeros = run < 0 ? 8 - at : run;
    if (zeros > length) [start, length] = [at, zeros];
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}
