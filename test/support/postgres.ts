import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/postgres.ts';
import { makeTemplate } from '../../src/store/testing.ts';

/** Vitest's global set-up: one real PostgreSQL for the whole test run, a database for every test that asks. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'arcos-test-'));
  const postgres = await startEmbeddedPostgres({
    dir: join(folder, 'pg'),
    logFile: join(folder, 'postgres.log'),
    log: silentLog,
  });
  await makeTemplate(postgres.url);
  process.env['ARCOS_TEST_POSTGRES'] = postgres.url;
  return async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
