import { createSign } from 'node:crypto';
import { ArcosError } from '../../base/errors.ts';
import { type FetchOptions, fetchPatiently } from './fetch.ts';
import { recordOf, type Source, sourceOf } from './source.ts';

export interface SheetsOptions extends Omit<FetchOptions, 'headers'> {
  /** Of the spreadsheet: what stands behind `/d/` in its address. */
  readonly id: string;
  /** The first unless told. */
  readonly sheet?: string;
  /** The row with the columns' names; 1 unless told. */
  readonly header?: number;
  /** A key of the project, for what anyone may see. */
  readonly apiKey?: string;
  /** The key file of a service account that the spreadsheet is shared with, as text or read. */
  readonly credentials?:
    | string
    | { readonly client_email: string; readonly private_key: string; readonly token_uri?: string };
  /** Rows of one call; 1,000 unless told. */
  readonly batch?: number;
  /** Of the service; Google's unless told. */
  readonly endpoint?: string;
}

/**
 * Rows of a sheet of Google Sheets (API v4): numbers as numbers, dates as the sheet shows them, empty cells as NULL.
 * Rows without anything in them are left out.
 */
export function sheets(options: SheetsOptions): Source {
  const { id, header = 1, batch = 1000, endpoint = 'https://sheets.googleapis.com' } = options;
  return sourceOf(undefined, async function* () {
    const headers = await authorise(options);
    const address = `${endpoint}/v4/spreadsheets/${encodeURIComponent(id)}`;
    const ask = async <Answer>(path: string, query: Readonly<Record<string, string>>): Promise<Answer> => {
      const url = new URL(address + path);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const { tries, timeoutMs, signal } = options;
      const own = { tries, timeoutMs, signal };
      const set = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
      return (await (await fetchPatiently(url, { headers, ...set })).json()) as Answer;
    };
    const { sheets: found = [] } = await ask<Spreadsheet>('', {
      fields: 'sheets.properties(title,gridProperties(rowCount))',
    });
    const chosen = found.find(({ properties }) => options.sheet === undefined || properties.title === options.sheet);
    if (chosen === undefined) {
      throw new ArcosError('NOT_FOUND', `The spreadsheet has no sheet "${options.sheet ?? ''}"`, {
        hint: `It has ${found.map(({ properties }) => properties.title).join(', ')}.`,
      });
    }
    const { title, gridProperties = {} } = chosen.properties;
    const last = gridProperties.rowCount ?? 0;
    const rowsOf = async (from: number, to: number) => {
      // Quotes in a title are doubled, as in a formula.
      const range = `'${title.replaceAll("'", "''")}'!${from}:${to}`;
      const query = {
        majorDimension: 'ROWS',
        valueRenderOption: 'UNFORMATTED_VALUE',
        dateTimeRenderOption: 'FORMATTED_STRING',
      };
      return (await ask<{ values?: unknown[][] }>(`/values/${encodeURIComponent(range)}`, query)).values ?? [];
    };
    const names = namesOf((await rowsOf(header, header))[0] ?? [], title, header);
    for (let from = header + 1; from <= last; from += batch) {
      for (const [index, row] of (await rowsOf(from, Math.min(from + batch - 1, last))).entries()) {
        if (row.length > names.length)
          throw new ArcosError(
            'INVALID',
            `${title}, row ${from + index} has ${row.length} cells, but the header ${names.length} names`,
          );
        if (row.every((cell) => cell === '' || cell === null)) continue;
        yield recordOf(
          Object.fromEntries(names.map((name, column) => [name, row[column] === '' ? null : row[column]])),
        );
      }
    }
  });
}

interface Spreadsheet {
  readonly sheets?: readonly {
    readonly properties: { readonly title: string; readonly gridProperties?: { readonly rowCount?: number } };
  }[];
}

function namesOf(cells: readonly unknown[], title: string, row: number): string[] {
  const names = cells.map((cell) => String(cell ?? '').trim());
  const wrong = names.findIndex((name, index) => name === '' || names.indexOf(name) < index);
  if (names.length > 0 && wrong < 0) return names;
  const what =
    names.length === 0
      ? 'has no names'
      : names[wrong] === ''
        ? `has no name in column ${wrong + 1}`
        : `has "${names[wrong]}" twice`;
  throw new ArcosError('INVALID', `${title}, row ${row} ${what}`, {
    hint: 'Say with `header` which row has the names of the columns.',
  });
}

const SCOPE = 'https://www.googleapis.com/auth/spreadsheets.readonly';
const HOUR_S = 3600;

/** A key, or a token for the service account's signature (RFC 7523). */
async function authorise({ apiKey, credentials, signal }: SheetsOptions): Promise<Record<string, string>> {
  if (apiKey !== undefined) return { 'x-goog-api-key': apiKey };
  if (credentials === undefined)
    throw new ArcosError('CONFIG', 'Google Sheets needs an `apiKey`, or the `credentials` of a service account');
  const account = typeof credentials === 'string' ? parseAccount(credentials) : credentials;
  const { client_email: iss, private_key, token_uri: aud = 'https://oauth2.googleapis.com/token' } = account;
  const iat = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iss, aud, scope: SCOPE, iat, exp: iat + HOUR_S })}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(private_key, 'base64url');
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: `${signed}.${signature}`,
  });
  const response = await fetch(aud, { method: 'POST', body, ...(signal === undefined ? {} : { signal }) }).catch(
    (cause: unknown) => {
      throw new ArcosError('UNAVAILABLE', `${new URL(aud).origin} cannot be reached`, { cause });
    },
  );
  const { access_token: token } = (await response.json().catch(() => ({}))) as { access_token?: string };
  if (token === undefined)
    throw new ArcosError(
      'DENIED',
      `${new URL(aud).origin} gives the account ${iss} no token: status ${response.status}`,
    );
  return { authorization: `Bearer ${token}` };
}

function parseAccount(text: string): { client_email: string; private_key: string; token_uri?: string } {
  try {
    return JSON.parse(text) as { client_email: string; private_key: string };
  } catch {
    // The text has a secret in it.
    throw new ArcosError('CONFIG', 'The `credentials` are not the JSON of a service account');
  }
}
