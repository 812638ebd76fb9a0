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

const found = pythonWithClients();
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';

describe.skipIf('missing' in found)(`Google’s Python clients with a key file${reason}`, () => {
  let open: TestWarehouse;
  let served: Served;
  let folder: string;
  beforeAll(async () => {
    open = await openTestWarehouse();
    const { access, warehouse } = open;
    served = await serve(open, async (app) => {
      await app.register(warehouseRoutes({ warehouse, access }));
    });
    folder = mkdtempSync(join(tmpdir(), 'arcos-python-'));
    writeFileSync(join(folder, 'key.json'), JSON.stringify(await served.keyFile('administrador')));
  }, 60_000);
  afterAll(async () => {
    await served.close();
    await open.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The JSON that a script of python/ prints. */
  async function results(script: string): Promise<unknown> {
    const path = join(import.meta.dirname, 'python', script);
    const python = 'python' in found ? found.python : '';
    // A proxy of the machine is not for a server on it.
    const env = { ...process.env, NO_PROXY: 'localhost', PYTHONDONTWRITEBYTECODE: '1' };
    const options = { env, timeout: 120_000, maxBuffer: 10_000_000 };
    const { stdout } = await promisify(execFile)(python, [path, served.origin, join(folder, 'key.json')], options);
    return JSON.parse(stdout);
  }

  test('google-cloud-storage', { timeout: 120_000 }, async () => {
    expect(await results('lake.py')).toEqual({
      conflict: 'Conflict',
      lookup: ['balde-python', null],
      bucket: [{ equipe: 'dados' }, [{ action: { type: 'Delete' }, condition: { age: 30, matchesPrefix: ['tmp/'] } }]],
      buckets: true,
      blob: ['pasta/São Cristóvão #1?.txt', 9, 'text/plain; charset=utf-8', { origem: '1746' }, 1],
      text: 'conteúdo',
      range: 'cont',
      big: true,
      stream: 4_999_950_000,
      exists: 'PreconditionFailed',
      changed: 'PreconditionFailed',
      missing: 'NotFound',
      patched: [{ ano: '2026' }, 'no-cache', 2],
      copy: [{ ano: '2026' }, 'conteúdo'],
      rewrite: [null, 9, 9],
      compose: 'conteúdoconteúdo',
      list: [['lista/b'], ['lista/a/']],
      pages: [2, 1],
      glob: ['lista/a/1', 'lista/a/2'],
      batch: ['lista/b'],
      batch_error: 'NotFound',
      versions: ['um', 'dois'],
      signed: [200, 'assinado'],
      signed_other: 403,
      public: 'conteúdo',
      permissions: ['storage.objects.get'],
      acl: 'BadRequest',
      notification: 'MethodNotImplemented',
      not_empty: 'Conflict',
      gone: null,
    });
  });

  test('google-cloud-bigquery', { timeout: 120_000 }, async () => {
    expect(await results('warehouse.py')).toEqual({
      conflict: 'Conflict',
      datasets: true,
      inserted: 3,
      table: [
        3,
        [
          ['id', 'INTEGER', 'REQUIRED'],
          ['dia', 'DATE', 'NULLABLE'],
          ['tags', 'STRING', 'REPEATED'],
          ['local', 'RECORD', 'NULLABLE'],
        ],
      ],
      rows: expect.arrayContaining([
        { id: 1, dia: '2026-01-02', tags: ['a', 'b'], local: { bairro: 'Centro' } },
        { id: 2, dia: null, tags: [], local: null },
        { id: 3, dia: '2026-01-03', tags: ['c'], local: { bairro: 'Méier' } },
      ]),
      query: ['a', 'b', 'c'].map((tag) => ({ tag, n: 1 })),
      values: ['1.5', true, true, true, 1.25, '2026-01-02', null],
      pages: [true, 25_000],
      dry: ['DONE', ['id']],
      frame: [
        { id: 1, dia: '2026-01-02' },
        { id: 2, dia: 'NaT' },
        { id: 3, dia: '2026-01-03' },
      ],
      syntax: 'BadRequest',
      missing: 'NotFound',
      missing_query: 'NotFound',
      forbidden: 'Forbidden',
      tables: [],
      gone: 'NotFound',
    });
  });

  test('pandas-gbq', { timeout: 120_000 }, async () => {
    expect(await results('frames.py')).toEqual({
      records: [1, 2, 3].map((n) => ({ n, nome: `b${n}`, metade: n / 2, dia: `2026-01-0${n + 1}` })),
      types: ['Int64', 'str', 'float64', 'dbdate'],
      many: 312_512_500,
      error: 'GenericGBQException',
    });
  });
});
