import { buffer } from 'node:stream/consumers';
import { ArcosError } from '../base/errors.ts';
import { errorOf } from '../base/http.ts';

/**
 * What a run says to its server, in both directions JSON. By node:http: loading fetch takes twice the time of
 * starting Node, and most runs need nothing else. Connections and proxies are those of Node's own agents.
 * The modules are asked for by name: imported, Node would load fetch for what else they export.
 * Errors come as ArcosError, as those of base/http.ts.
 */
export function reportHttp(baseUrl: string, key: string) {
  const base = baseUrl.replace(/\/+$/, '');

  return async function call<Answer>(method: 'GET' | 'POST', path: string, json?: unknown): Promise<Answer> {
    const url = new URL(base + path);
    const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    const headers: Record<string, string | number> = { authorization: `Bearer ${key}` };
    if (body !== undefined)
      Object.assign(headers, { 'content-type': 'application/json', 'content-length': body.length });
    const away = (cause: unknown) => new ArcosError('UNAVAILABLE', `${url.origin} cannot be reached`, { cause });
    return new Promise((resolve, reject) => {
      const asked = request(url, { method, headers }, (response) => {
        buffer(response).then(
          (answer) => {
            const { statusCode: status = 0 } = response;
            if (status < 200 || status > 299) return reject(errorOf(url.href, status, answer.toString()));
            return resolve((answer.length === 0 ? undefined : JSON.parse(answer.toString())) as Answer);
          },
          (cause: unknown) => reject(away(cause)),
        );
      });
      asked.on('error', (cause) => reject(away(cause)));
      asked.setTimeout(ANSWER_MS, () => asked.destroy(new Error('no answer')));
      asked.end(body);
    });
  };
}

/** After that an answer will not come any more: the connection broke without a word. */
const ANSWER_MS = 60_000;
