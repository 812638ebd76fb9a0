import { ArcosError } from '../../base/errors.ts';
import { type FetchOptions, fetchPatiently } from './fetch.ts';
import { recordOf, type Source, sourceOf } from './source.ts';

/** How a server gives the rest of a list. */
export type Paging =
  /** `Link: <...>; rel="next"` (RFC 8288). */
  | { readonly by: 'link' }
  /** The answer has the next page's address or token at `at`; a token goes into `parameter`. */
  | { readonly by: 'token'; readonly at: string; readonly parameter?: string }
  /** Pages are numbered, from `first`, 1 unless told; one without rows is behind the last. */
  | { readonly by: 'page'; readonly parameter: string; readonly first?: number }
  /** By the number of rows before; `limit` rows a page. */
  | { readonly by: 'offset'; readonly parameter: string; readonly limitParameter: string; readonly limit: number };

export interface HttpOptions extends FetchOptions {
  readonly url: string;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Where the rows are in an answer: `data.items`; the answer itself unless told. */
  readonly rows?: string;
  readonly paging?: Paging;
  /** The member that grows with each change, and the parameter that asks for what is behind a value of it. */
  readonly cursor?: { readonly column: string; readonly parameter: string };
  readonly since?: string;
}

/** Rows of a REST service that answers with JSON, a page at a time. Throws INVALID for answers without rows. */
export function http(options: HttpOptions): Source {
  const { url, query = {}, paging, cursor, since } = options;
  // There are keys in queries.
  const shown = url.replace(/[?#].*$/s, '');
  return sourceOf(since, async function* (moved) {
    let greatest = since;
    let next: URL | undefined = new URL(url);
    for (const [name, value] of Object.entries(query)) next.searchParams.set(name, String(value));
    if (cursor !== undefined && since !== undefined) next.searchParams.set(cursor.parameter, since);
    if (paging?.by === 'page') next.searchParams.set(paging.parameter, String(paging.first ?? 1));
    if (paging?.by === 'offset') {
      next.searchParams.set(paging.limitParameter, String(paging.limit));
      next.searchParams.set(paging.parameter, '0');
    }
    const seen = new Set<string>();
    while (next !== undefined) {
      // A server whose last page names itself as the next one would be asked for ever.
      if (seen.has(next.href)) throw new ArcosError('INVALID', `${shown} gives the same page again`);
      seen.add(next.href);
      const response = await fetchPatiently(next, options);
      const answer: unknown = await response.json().catch((cause: unknown) => {
        throw new ArcosError('INVALID', `${shown} does not answer with JSON`, { cause });
      });
      const rows = options.rows === undefined ? answer : at(answer, options.rows);
      if (!Array.isArray(rows)) {
        throw new ArcosError('INVALID', `${shown} has no list at ${options.rows ?? 'the top of its answer'}`, {
          hint: 'Say with `rows` where the rows are, such as "data.items".',
        });
      }
      for (const row of rows as Readonly<Record<string, unknown>>[]) {
        const value = cursor === undefined ? undefined : row[cursor.column];
        if (value !== undefined && value !== null && isAfter(String(value), greatest)) {
          greatest = String(value);
          moved(greatest);
        }
        yield recordOf(row);
      }
      next = follow(next, paging, answer, response, rows.length);
    }
  });
}

function follow(
  from: URL,
  paging: Paging | undefined,
  answer: unknown,
  response: Response,
  rows: number,
): URL | undefined {
  if (paging === undefined) return undefined;
  const url = new URL(from);
  switch (paging.by) {
    case 'link': {
      const [, target] = /<([^>]*)>[^,]*;\s*rel="?next"?/i.exec(response.headers.get('link') ?? '') ?? [];
      return target === undefined ? undefined : sameOrigin(new URL(target, from), from);
    }
    case 'token': {
      const token = at(answer, paging.at);
      if (token === null || token === undefined || token === '') return undefined;
      if (paging.parameter === undefined) return sameOrigin(new URL(String(token), from), from);
      url.searchParams.set(paging.parameter, String(token));
      return url;
    }
    case 'page': {
      if (rows === 0) return undefined;
      url.searchParams.set(paging.parameter, String(Number(url.searchParams.get(paging.parameter)) + 1));
      return url;
    }
    case 'offset': {
      if (rows < paging.limit) return undefined;
      url.searchParams.set(paging.parameter, String(Number(url.searchParams.get(paging.parameter)) + rows));
      return url;
    }
  }
}

/** The headers, and the keys in them, are for one server. */
function sameOrigin(next: URL, from: URL): URL {
  if (next.origin === from.origin) return next;
  throw new ArcosError('INVALID', `${from.origin} sends on to ${next.origin} for its next page`);
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    found =
      typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>)[name] : undefined;
  }
  return found;
}

/** Numbers by their size, other texts, such as dates of ISO 8601, by their characters. */
export function isAfter(value: string, before: string | undefined): boolean {
  if (before === undefined) return true;
  // Whole numbers are longer than JavaScript's are exact.
  if (/^-?\d+$/.test(value) && /^-?\d+$/.test(before)) return BigInt(value) > BigInt(before);
  const [a, b] = [value, before].map(Number) as [number, number];
  return Number.isNaN(a) || Number.isNaN(b) ? value > before : a > b;
}
