import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuditEntry, createAudit } from '../../src/access/audit.ts';
import { silentLog } from '../../src/base/log.ts';
import { type StorageServer, startStorageServer } from '../../src/warehouse/api/storage/server.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';
import { type Served, serveWarehouse } from './server.ts';
import { pythonWithClients } from './venv.ts';

const found = pythonWithClients();
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';

describe.skipIf('missing' in found)(`google-cloud-bigquery-storage${reason}`, () => {
  let open: TestWarehouse;
  let served: Served;
  let storage: StorageServer;
  let folder: string;
  beforeAll(async () => {
    open = await openTestWarehouse();
    const { access, warehouse, store } = open;
    served = await serveWarehouse(open);
    const audit = createAudit(store, { log: silentLog });
    storage = await startStorageServer({ warehouse, access, audit, log: silentLog, host: '127.0.0.1', port: 0 });
    folder = mkdtempSync(join(tmpdir(), 'arcos-storage-read-'));
    const keys = {
      administrador: await served.keyFile('administrador'),
      leitor: await served.keyFile('leitor'),
      estranho: await served.keyFile('leitor', 'outra'),
    };
    for (const [name, key] of Object.entries(keys)) writeFileSync(join(folder, `${name}.json`), JSON.stringify(key));
  }, 60_000);
  afterAll(async () => {
    await storage.stop();
    await served.close();
    await open.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('reads in Arrow what one may see, and is in the audit log', { timeout: 120_000 }, async () => {
    const python = 'python' in found ? found.python : '';
    const script = join(import.meta.dirname, 'python', 'storage_read.py');
    const env = { ...process.env, NO_PROXY: 'localhost', PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' };
    const address = `localhost:${storage.port}`;
    const { stdout } = await promisify(execFile)(python, [script, served.origin, address, folder], { env });
    expect(JSON.parse(stdout)).toEqual({
      schema: {
        id: 'int64',
        n: 'decimal128(38, 9)',
        bn: 'decimal256(76, 38)',
        s: 'string',
        b: 'binary',
        ok: 'bool',
        f: 'double',
        dia: 'date32[day]',
        dt: 'timestamp[us]',
        t: 'time64[us]',
        ts: 'timestamp[us, tz=UTC]',
        lista: 'list<item: int64>',
        st: 'struct<a: int64, itens: list<item: struct<p: string, q: int64>> not null, z: string>',
        talvez: 'struct<u: int64>',
        js: 'string',
        g: 'string',
        iv: 'month_day_nano_interval',
        r: 'struct<start: date32[day], end: date32[day]>',
        nada: 'int64',
      },
      extensions: ['dt', 'g', 'js'],
      differ: [],
      frame: [100_000, 5_000_050_000, true],
      result: [50_000, 50_000, '1970-01-01 00:00:01+00:00'],
      small: true,
      restricted_result: [50_000, 49_999],
      chosen: [1, 2, 7].map((id) => ({ id, endereco: { dentro: { zona: id } }, itens: [{ b: 'b' }] })),
      estimated: 3,
      whole: [1, 100_000, true],
      boundary: true,
      middle: true,
      last: true,
      end: true,
      behind: 'OUT_OF_RANGE',
      split: true,
      several: [3, 100_000],
      empty: 0,
      avro: 'UNIMPLEMENTED',
      field: 'INVALID_ARGUMENT',
      condition: 'INVALID_ARGUMENT',
      syntax: 'INVALID_ARGUMENT',
      missing: 'NOT_FOUND',
      name: 'INVALID_ARGUMENT',
      no_stream: 'NOT_FOUND',
      policy: [1, 2, 3, 4, 5],
      others_stream: 'NOT_FOUND',
      others_result: 'NOT_FOUND',
      stranger: 'PERMISSION_DENIED',
      no_key: 'UNAUTHENTICATED',
    });
    const calls: AuditEntry[] = [];
    for await (const entry of createAudit(open.store, { log: silentLog }).read({})) calls.push(entry);
    const method = '/google.cloud.bigquery.storage.v1.BigQueryRead';
    const said = calls.map(({ operation, status, name, resource }) =>
      [operation.replace(`gRPC ${method}/`, ''), status, name.split('-')[0], resource.table ?? ''].join(' '),
    );
    expect(said).toContain('CreateReadSession 200 leitor muitos');
    expect(said).toContain('CreateReadSession 403 leitor muitos');
    expect(said.filter((line) => line.startsWith('CreateReadSession 401')).length).toBe(1);
    expect(said.some((line) => line.startsWith('SplitReadStream 200 administrador'))).toBe(true);
  });
});
