import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessTables } from '../../src/access/tables.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';
import { type Served, serveWarehouse } from './server.ts';
import { pythonWithClients } from './venv.ts';

const found = pythonWithClients();
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';

describe.skipIf('missing' in found)(`Google’s Python clients with a key file${reason}`, () => {
  let open: TestWarehouse;
  let served: Served;
  let folder: string;
  beforeAll(async () => {
    open = await openTestWarehouse();
    served = await serveWarehouse(open);
    folder = mkdtempSync(join(tmpdir(), 'arcos-python-'));
    writeFileSync(join(folder, 'key.json'), JSON.stringify(await served.keyFile('administrador')));
  }, 60_000);
  afterAll(async () => {
    await served.close();
    await open.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The JSON that a script of python/ prints. */
  async function results(script: string, argument = join(folder, 'key.json')): Promise<unknown> {
    const path = join(import.meta.dirname, 'python', script);
    const python = 'python' in found ? found.python : '';
    // A proxy of the machine is not for a server on it.
    const env = { ...process.env, NO_PROXY: 'localhost', PYTHONDONTWRITEBYTECODE: '1' };
    const options = { env, timeout: 120_000, maxBuffer: 10_000_000 };
    const { stdout } = await promisify(execFile)(python, [path, served.origin, argument], options);
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
      parts: [{ origem: '1746' }, true],
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
      notification: 'GoogleAPICallError',
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

  test('google-cloud-bigquery, call by call', { timeout: 120_000 }, async () => {
    expect(await results('bigquery_calls.py')).toEqual({
      parameters: [],
      struct: [[{ x: 1, y: ['2024-01-01'] }, 1]],
      structs: [[[{ x: 1 }, { x: 2 }]]],
      range: [[true, '2024-01-01']],
      positional: [[1, 'z']],
      session_type: 'CREATE_TABLE_AS_SELECT',
      session: [[16, false]],
      session_inside: [[3]],
      session_after: [[2]],
      session_error: 'BadRequest',
      session_dry: ['a', 'x'],
      session_over: 'NotFound',
      insert: [
        [0, 'stopped', ''],
        [1, 'invalid', 'id'],
        [2, 'invalid', 'id'],
      ],
      inserted: [
        [1, 1],
        [2, 1],
      ],
      frame: 2,
      frame_schema: [
        ['a', 'FLOAT', 'NULLABLE'],
        ['c', 'TIMESTAMP', 'NULLABLE'],
        ['l', 'INTEGER', 'REPEATED'],
      ],
      json_schema: [
        ['x', 'INTEGER', 'NULLABLE'],
        ['y', 'RECORD', 'NULLABLE'],
        ['w', 'INTEGER', 'REPEATED'],
      ],
      file: 1,
      partition: [98, 99],
      other_days: [[2], [11], [30]],
      wrong_day: 'BadRequest',
      full_day: 'BadRequest',
      no_day: 'BadRequest',
      copied_day: 2,
      more_columns: [
        ['x', 'NULLABLE'],
        ['mais', 'NULLABLE'],
      ],
      more_rows: [[null, 'm']],
      not_empty: 'Conflict',
      extract: { CSV: [1], NEWLINE_DELIMITED_JSON: [1], PARQUET: [1] },
      avro: 'MethodNotImplemented',
      back: [[0, 5]],
      updated: [
        'descrita',
        { outra: 'b' },
        [
          ['id', null],
          ['s', null],
          ['d', null],
          ['nova', 'mais uma'],
        ],
      ],
      fewer_columns: 'BadRequest',
      job: ['BATCH', { a: 'b' }, 'SELECT', true],
      destination: [1, 1],
      dml: [2, 't'],
      ddl: ['CREATE_TABLE_AS_SELECT', 'REPLACE', 'feita'],
      duplicate: 'Conflict',
      jobs: 2,
      tables: [
        ['auto', 'cresce'],
        ['dia', 'feita'],
        ['nova', 't'],
        ['volta_CSV', 'volta_PARQUET'],
      ],
      errors: {
        'SELECT 1 +': [400, 'invalidQuery', 'query', true],
        'SELECT x': [400, 'invalidQuery', 'query', true],
        'SELECT * FROM chamadas.nada': [404, 'notFound', 'query', true],
        'SELECT * FROM outro.d.t': [403, 'accessDenied', null, false],
      },
      models: 'GoogleAPICallError',
    });
  });

  test('google-auth gets tokens for good keys alone', { timeout: 60_000 }, async () => {
    const { access } = open;
    const good = await served.keyFile('administrador');
    const foreign = await served.keyFile('administrador', 'outra');
    const revoked = await served.keyFile('administrador');
    await access.serviceKeys.revoke(revoked.client_id, revoked.private_key_id);
    const disabled = await served.keyFile('administrador');
    await open.store
      .tables<AccessTables>()
      .updateTable('access.principal')
      .set({ disabled_at: new Date() })
      .where('id', '=', disabled.client_id)
      .execute();
    const { client_id: id, client_email: name } = good;
    const expired = { project: 'rio', tokenUri: good.token_uri, expiresAt: new Date(Date.now() - 1000) };
    const keys = {
      boa: good,
      de_outra_agencia: foreign,
      vencida: await access.serviceKeys.issue({ id, name }, expired),
      revogada: revoked,
      // One account's name under another's signature.
      trocada: { ...good, private_key: foreign.private_key },
      desativada: disabled,
    };
    for (const [file, key] of Object.entries(keys)) writeFileSync(join(folder, `${file}.json`), JSON.stringify(key));
    expect(await results('service_account.py', folder)).toEqual({
      boa: 200,
      de_outra_agencia: 403,
      vencida: ['RefreshError', 'invalid_grant'],
      revogada: ['RefreshError', 'invalid_grant'],
      trocada: ['RefreshError', 'invalid_grant'],
      desativada: ['RefreshError', 'invalid_grant'],
      sem_chave: 401,
      inventada: 401,
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
