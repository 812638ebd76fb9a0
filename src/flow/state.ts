import { asArcosError } from '../base/errors.ts';
import type { HttpClient } from '../base/http.ts';
import type { Json } from '../base/json.ts';
import { patiently } from '../base/patience.ts';
import { ownServer } from './ownserver.ts';

interface Held {
  readonly value: Json;
  readonly revision: number;
}

/** Where there is no server: as long as the process. */
const local = new Map<string, Json>();

/**
 * What a run leaves for later runs of its namespace: small JSON values by name, such as how far it has
 * come. Without a server they last as long as the process.
 */
export const state = {
  /** Undefined when there is none. */
  async get(key: string): Promise<Json | undefined> {
    const server = ownServer();
    return server === undefined ? local.get(key) : (await read(server.http, pathOf(server.path, key)))?.value;
  },

  async set(key: string, value: Json): Promise<void> {
    const server = ownServer();
    if (server === undefined) local.set(key, value);
    else await patiently(() => server.http.json(pathOf(server.path, key), { method: 'PUT', json: { value } }));
  },

  /**
   * Changes a value that other runs may change too: `change` is called again with the newer one when one
   * was faster, so nothing gets lost. Returns what it is then.
   */
  async update(key: string, change: (value: Json | undefined) => Json): Promise<Json> {
    const server = ownServer();
    if (server === undefined) {
      const value = change(local.get(key));
      local.set(key, value);
      return value;
    }
    const path = pathOf(server.path, key);
    for (;;) {
      const held = await read(server.http, path);
      const value = change(held?.value);
      try {
        await server.http.json(path, { method: 'PUT', json: { value, revision: held?.revision ?? 0 } });
        return value;
      } catch (error) {
        // Also where the answer was lost: then the change is made again, upon itself.
        const { code, retryable } = asArcosError(error);
        if (code !== 'CONFLICT' && !retryable) throw error;
        if (retryable) await new Promise((done) => setTimeout(done, 500));
      }
    }
  },
};

async function read(http: HttpClient, path: string): Promise<Held | undefined> {
  try {
    return await patiently(() => http.json<Held>(path));
  } catch (error) {
    if (asArcosError(error).code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

function pathOf(run: string, key: string): string {
  return `${run}/values/${encodeURIComponent(key)}`;
}
