import { mkdir } from 'node:fs/promises';
import { httpClient } from '../../src/base/http.ts';
import { type Arcos, freePort, startArcos, startProgram } from '../../test/support/arcos.ts';
import { goProgram } from '../../test/support/go.ts';

const FAKE_GCS = 'github.com/fsouza/fake-gcs-server@v1.56.1';

/** `arcos up` with the bucket that the measuring program would make in a project whose name is too short here. */
export async function startOurs(folder: string): Promise<Arcos> {
  const server = await startArcos(folder, await freePort());
  await httpClient({ baseUrl: server.origin, key: server.key }).send('/storage/v1/b', {
    method: 'POST',
    query: { project: 'cidade' },
    json: { name: 'bench' },
  });
  return server;
}

/** fake-gcs-server on a folder; or why there is none. It asks for no key. */
export async function startFakeGcs(folder: string): Promise<Arcos | { readonly missing: string }> {
  const built = await goProgram(FAKE_GCS);
  if ('missing' in built) return built;
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const flags = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-filesystem-root', folder];
  const names = ['-public-host', `127.0.0.1:${port}`, '-external-url', `http://127.0.0.1:${port}`];
  const args = [...flags, ...names, '-log-level', 'error'];
  return { ...(await startProgram(port, built.program, args, '/storage/v1/b?project=p')), key: '' };
}
