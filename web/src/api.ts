/** An answer of the server that is an error. */
export class ApiError extends Error {
  readonly status: number;
  readonly data: unknown;

  constructor(status: number, message: string, data?: unknown) {
    super(message);
    this.status = status;
    this.data = data;
  }
}

/** Asks the server for JSON; the session's cookie says who asks. */
export async function api<Answer>(path: string, init: { method?: string; json?: unknown } = {}): Promise<Answer> {
  const response = await fetch(path, {
    method: init.method ?? 'GET',
    ...(init.json === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(init.json) }),
  });
  const body = (await response.json().catch(() => ({}))) as { error?: { message?: string; data?: unknown } };
  if (!response.ok) {
    throw new ApiError(response.status, body.error?.message ?? response.statusText, body.error?.data);
  }
  return body as Answer;
}

/** A path with its parts and query encoded. */
export function path(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  return strings
    .map((text, index) => text + (index < parts.length ? encodeURIComponent(parts[index] ?? '') : ''))
    .join('');
}
