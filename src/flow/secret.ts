import { readRunEnvironment } from '../base/environment.ts';
import { ArcosError } from '../base/errors.ts';
import { patiently } from '../base/patience.ts';
import { hide } from './mask.ts';
import { ownServer } from './ownserver.ts';

/**
 * A secret of the run's namespace: `const password = await secret('DB_PASSWORD')`. What the run logs, prints or
 * fails with has `***` in its place. Without a server it is the environment variable `ARCOS_SECRET_DB_PASSWORD`.
 * Throws NOT_FOUND.
 */
export async function secret(name: string): Promise<string> {
  const value = await read(name);
  hide(value);
  return value;
}

async function read(name: string): Promise<string> {
  const server = ownServer();
  const namespace = readRunEnvironment()?.namespace ?? '';
  if (server !== undefined) {
    const path = `/api/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}/value`;
    return (await patiently(() => server.http.json<{ readonly value: string }>(path))).value;
  }
  const variable = `ARCOS_SECRET_${name}`;
  const value = process.env[variable];
  if (value !== undefined) return value;
  throw new ArcosError('NOT_FOUND', `There is no secret "${name}": this run has no server`, {
    hint: `Run by hand, a flow takes it from the variable ${variable}.`,
  });
}
