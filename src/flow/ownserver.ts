import { readRunEnvironment } from '../base/environment.ts';
import { type HttpClient, httpClient } from '../base/http.ts';

/** The server as the run may use it: its own routes below `/api/runs/:id`. Undefined when this is no deployed run. */
export function ownServer(): { readonly http: HttpClient; readonly path: string } | undefined {
  const environment = readRunEnvironment();
  if (environment === undefined) return undefined;
  const { server, key, run } = environment;
  return { http: httpClient({ baseUrl: server, key }), path: `/api/runs/${run}` };
}
