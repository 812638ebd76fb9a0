import { setTimeout as sleep } from 'node:timers/promises';
import { ArcosError, codeOfHttp } from '../../base/errors.ts';

export interface FetchOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Calls of one address until it is given up; 5 unless told. */
  readonly tries?: number;
  /** Of one call, in ms; 60,000 unless told. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/** Answers that another try may better. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * The answer of an address, its status 2xx, asked for again while the server is busy or away; it says itself for how
 * long with `Retry-After` (RFC 9110 section 10.2.3). Throws UNAVAILABLE when the tries are over, and the error of the
 * status at once for others. Secrets in the query stay out of messages.
 */
export async function fetchPatiently(address: string | URL, options: FetchOptions = {}): Promise<Response> {
  const { headers = {}, tries = 5, timeoutMs = 60_000, signal } = options;
  const url = new URL(address);
  const shown = `${url.origin}${url.pathname}`;
  for (let attempt = 1; ; attempt += 1) {
    const limit = AbortSignal.timeout(timeoutMs);
    const within = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    const response = await fetch(url, { headers, signal: within }).catch((cause: unknown) => {
      if (signal?.aborted === true) throw new ArcosError('CANCELLED', `${shown} is not wanted any more`, { cause });
      return cause;
    });
    if (response instanceof Response && response.ok) return response;
    const passing = !(response instanceof Response) || PASSING.has(response.status);
    if (!passing || attempt >= tries) throw await failure(shown, response, attempt);
    if (response instanceof Response) await response.body?.cancel();
    await sleep(pauseMs(attempt, response), undefined, signal === undefined ? {} : { signal });
  }
}

function pauseMs(attempt: number, response: unknown): number {
  const asked = response instanceof Response ? response.headers.get('retry-after') : null;
  const seconds = asked === null ? Number.NaN : Number(asked);
  const wanted = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(asked ?? '') - Date.now();
  const own = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
  return Math.min(Number.isFinite(wanted) ? Math.max(wanted, 0) : own, LONGEST_PAUSE_MS);
}

async function failure(shown: string, response: unknown, attempts: number): Promise<ArcosError> {
  const tried = attempts > 1 ? `, asked ${attempts} times` : '';
  if (!(response instanceof Response)) {
    return new ArcosError('UNAVAILABLE', `${shown} does not answer${tried}`, { cause: response });
  }
  const said = (await response.text().catch(() => '')).slice(0, 200);
  const { status } = response;
  const code = PASSING.has(status) ? 'UNAVAILABLE' : codeOfHttp(status);
  return new ArcosError(code, `${shown} answered ${status}${tried}${said === '' ? '' : `: ${said}`}`, {
    data: { status },
  });
}
