import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { warehouseRoutes } from '../../src/warehouse/api/routes.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';
import { type Served, serve } from './server.ts';
import { pythonWithClients } from './venv.ts';

const found = pythonWithClients('basedosdados.txt');
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';

describe.skipIf('missing' in found)(`basedosdados 2.0.3, unmodified${reason}`, () => {
  let open: TestWarehouse;
  let served: Served;
  let folder: string;
  beforeAll(async () => {
    open = await openTestWarehouse();
    const { access, warehouse, lake } = open;
    await lake.putBucket({ name: 'outro', project: 'rio', purpose: 'data' });
    served = await serve(open, async (app) => {
      await app.register(warehouseRoutes({ warehouse, access }));
    });
    folder = mkdtempSync(join(tmpdir(), 'arcos-basedosdados-'));
    writeFileSync(join(folder, 'key.json'), JSON.stringify(await served.keyFile('administrador')));
    const project = `name = "rio"\ncredentials_path = "${join(folder, 'key.json')}"`;
    writeFileSync(
      join(folder, 'config.toml'),
      `bucket_name = "rio"\n[gcloud-projects.staging]\n${project}\n[gcloud-projects.prod]\n${project}\n[api]\nurl = ""\n`,
    );
  }, 60_000);
  afterAll(async () => {
    await served.close();
    await open.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('tables and files', { timeout: 180_000 }, async () => {
    const script = join(import.meta.dirname, 'python', 'basedosdados_tables.py');
    const env = {
      ...process.env,
      BIGQUERY_EMULATOR_HOST: served.origin,
      STORAGE_EMULATOR_HOST: served.origin,
      // The catalogue of Base dos Dados is elsewhere and not asked; nor is a proxy for a server on this machine.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: 'localhost',
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const python = 'python' in found ? found.python : '';
    const { stdout } = await promisify(execFile)(python, [script, folder], { env, timeout: 170_000 });
    const rows = (id: number, nome: string, ano: string) => ({ id: String(id), nome, ano });
    // What is before the last line is the client's own.
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      created: [rows(1, 'São Cristóvão', '2025'), rows(2, 'Méier', '2026')],
      staging: ['EXTERNAL', ['id', 'nome', 'ano'], 'staging table for `rio.saude.unidade`'],
      again: 'FileExistsError',
      appended: [rows(1, 'São Cristóvão', '2025'), rows(2, 'Méier', '2026'), rows(3, 'Centro', '2026')],
      published: [rows(1, 'São Cristóvão', '2025'), rows(2, 'Méier', '2026'), rows(3, 'Centro', '2026')],
      kind: 'VIEW',
      read_table: 3,
      files: ['ano=2025/a.csv', 'ano=2026/b.csv', 'ano=2026/c.csv'],
      conflict: 'BaseDosDadosException',
      downloaded: ['ano=2025/a.csv', 'ano=2026/b.csv', 'ano=2026/c.csv'],
      content: 'id,nome\n1,São Cristóvão\n',
      copied: 3,
      copied_other: 3,
      file_deleted: 2,
      deleted_files: 0,
      not_found: 'FileNotFoundError',
      exists: [true, true],
      deleted: [false, false],
      dataset_deleted: [false, false],
      staging_closed: [401, 401],
    });
  });
});
