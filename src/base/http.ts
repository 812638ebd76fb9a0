import { ArcosError, codeOfHttp, ERROR_CODES, type ErrorCode } from './errors.ts';

export interface HttpClientOptions {
  /** Origin, with a path in front of every request's where there is one, e.g. `https://arcos.rio/api`. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly key?: string;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Members that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: NonNullable<RequestInit['body']>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The HTTP client of Arcos's own clients. Errors come as ArcosError with the server's code, message and hint. */
export interface HttpClient {
  /** The answer's JSON; undefined for 204. */
  json<T>(path: string, request?: HttpRequest): Promise<T>;
  /** The answer itself, its status 2xx. */
  send(path: string, request?: HttpRequest): Promise<Response>;
}

export function httpClient({ baseUrl, key }: HttpClientOptions): HttpClient {
  const base = baseUrl.replace(/\/+$/, '');

  async function send(path: string, request: HttpRequest = {}): Promise<Response> {
    const url = new URL(base + path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = new Headers(request.headers);
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    if (request.json !== undefined) headers.set('content-type', 'application/json');
    const body = request.json === undefined ? request.body : JSON.stringify(request.json);
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      headers,
      ...(body === undefined ? {} : { body, duplex: 'half' }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    }).catch((cause: unknown) => {
      if (request.signal?.aborted === true) throw new ArcosError('CANCELLED', 'The request was cancelled', { cause });
      throw new ArcosError('UNAVAILABLE', `${url.origin} cannot be reached`, { cause });
    });
    if (!response.ok) {
      throw errorOf(response.url, response.status, await response.text().catch(() => ''));
    }
    return response;
  }

  return {
    send,
    async json<T>(path: string, request?: HttpRequest) {
      const response = await send(path, request);
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
  };
}

interface ErrorBody {
  readonly error?: {
    readonly code?: unknown;
    readonly message?: string;
    readonly hint?: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
}

/** Our own shape `{error: {code, message, hint, data}}`, Google's, or whatever a proxy in between says. */
export function errorOf(url: string, status: number, text: string): ArcosError {
  let body: ErrorBody = {};
  try {
    body = JSON.parse(text) as ErrorBody;
  } catch {
    // Not JSON: the status has to say it all.
  }
  const { code, message, hint, data } = body.error ?? {};
  const known = typeof code === 'string' && code in ERROR_CODES ? (code as ErrorCode) : codeOfHttp(status);
  return new ArcosError(known, message ?? `${url} answered ${status}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(data === undefined ? {} : { data }),
  });
}
