import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { asArcosError } from '../../src/base/errors.ts';
import { formatError } from '../../src/cli/error.ts';
import { arcosProgram } from '../../src/cli/main.ts';
import { warehouseRoutes } from '../../src/warehouse/api/routes.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';
import { type Served, serve } from '../clients/server.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

let open: TestWarehouse;
let served: Served;
let folder: string;

beforeAll(async () => {
  open = await openTestWarehouse();
  const { access, warehouse } = open;
  served = await serve(open, async (app) => {
    await app.register(warehouseRoutes({ warehouse, access }));
  });
  folder = mkdtempSync(join(tmpdir(), 'arcos-ingest-'));
  const { key } = await open.principal('dona@rio', 'administrador', 'rio');
  for (const [name, value] of [
    ['ARCOS_SERVER', served.origin],
    ['ARCOS_KEY', key],
    ['ARCOS_PROJECT', 'rio'],
  ] as const) {
    vi.stubEnv(name, value);
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await served.close();
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Exit code and output of a command, in this process: starting one takes longer than most of them. */
async function arcos(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  try {
    await arcosProgram().parseAsync(args, { from: 'user' });
    return { code: 0, out, err: '' };
  } catch (thrown) {
    const error = asArcosError(thrown);
    return { code: error.exit, out, err: formatError(error) };
  } finally {
    output.mockRestore();
  }
}

/** The access entries of a dataset, as text. */
async function readers(dataset: string): Promise<string> {
  const headers = { authorization: `Bearer ${process.env['ARCOS_KEY']}` };
  return (await fetch(`${served.origin}/projects/rio/datasets/${dataset}`, { headers })).text();
}

async function ok(...args: string[]): Promise<string> {
  const { code, out, err } = await arcos(...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

const rows = async (sql: string) =>
  (await ok('query', sql, '--format', 'jsonl'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('arcos upload', () => {
  test('says what it found, and with --dry-run does nothing', async () => {
    const path = file('a.csv', 'Código;Data;Valor\n007;05/03/2026;1.234,50\n008;;2,5\n');
    const out = await ok('upload', path, '--dataset', 'obras', '--table', 'ordem', '--dry-run');
    expect(out).toContain(
      'rio.obras_staging.ordem: append, 2 rows\n  a.csv: utf-8, delimiter ";", with a header, 2 rows\n',
    );
    expect(out.replace(/ +/g, ' ')).toContain("\ndata DATE, day first: PARSE_DATE('%d/%m/%Y', ...) 1 05/03/2026\n");
    expect(out).toContain('"Código" is called codigo');
    expect(out).toContain('Nothing was uploaded.');
    expect(await open.lake.files('rio', '')).toEqual([]);
  });

  test('uploads, and can be asked', async () => {
    const path = file('a.csv', 'Código;Data;Valor\n007;05/03/2026;1.234,50\n008;01/11/2026;2,5\n');
    const out = await ok('upload', path, '--dataset', 'obras', '--table', 'ordem', '--partition', 'data:month');
    expect(out).toContain('rio.obras_staging.ordem: 2 rows in 2 files');
    expect(await rows('SELECT codigo, valor, mes_particao FROM obras_staging.ordem ORDER BY codigo')).toEqual([
      { codigo: '007', valor: '1234.50', mes_particao: '3' },
      { codigo: '008', valor: '2.5', mes_particao: '11' },
    ]);
    expect(await ok('query', 'SELECT 1 AS a, "x,y" AS b', '--format', 'csv')).toBe('a,b\n1,"x,y"\n');
    expect(await ok('query', 'SELECT 10 AS a, NULL AS bb')).toBe('a   bb\n10\n');
  });

  test('tells what is wrong and where, and uploads nothing', async () => {
    const path = file('ruim.csv', 'id,nome\n1,a\n2\n');
    expect(await arcos('upload', path, '--dataset', 'obras', '--table', 'ruim')).toEqual({
      code: 65,
      out: '',
      err: 'arcos: 1 row cannot be read:\n  ruim.csv:3: 1 fields, not as many as the first line has\n  Repair them, or leave them out with --max-rejects 1.\n',
    });
    expect(await open.lake.files('rio', 'staging/obras/ruim/')).toEqual([]);
  });

  test('killed at any moment, the table is as it was; given again, it is whole', async () => {
    for (let part = 0; part < 60; part += 1) file(`partes/p=${part}/a.csv`, `v\nantes\n`);
    const command = [
      'upload',
      join(folder, 'partes'),
      '--dataset',
      'obras',
      '--table',
      'cortada',
      '--mode',
      'overwrite',
    ];
    await ok(...command);
    for (let part = 0; part < 60; part += 1) file(`partes/p=${part}/a.csv`, `v\ndepois ${part}\n`);
    const aside = () => open.lake.files('rio', 'upload/obras/cortada/');
    for (const moment of [1, 20, 50]) {
      const child = spawn(process.execPath, [MAIN, ...command], { stdio: 'ignore' });
      const exit = once(child, 'exit');
      await expect.poll(async () => (await aside()).length, { interval: 1 }).toBeGreaterThanOrEqual(moment);
      child.kill('SIGKILL');
      await exit;
      const [seen] = await rows('SELECT COUNT(*) AS n, COUNT(DISTINCT LEFT(v, 5)) AS kinds FROM obras_staging.cortada');
      expect(seen).toEqual({ n: 60, kinds: 1 });
    }
    await ok(...command);
    expect(
      await rows(`SELECT COUNT(*) AS n, COUNTIF(v = CONCAT('depois ', p)) AS after FROM obras_staging.cortada`),
    ).toEqual([{ n: 60, after: 60 }]);
    expect(await aside()).toEqual([]);
  });
});

describe('the verbs of basedosdados', () => {
  test('datasets', async () => {
    expect(await ok('dataset', 'create', 'educacao', '--description', 'Escolas')).toBe(
      'rio.educacao is made\nrio.educacao_staging is made\n',
    );
    expect((await arcos('dataset', 'create', 'educacao')).code).toBe(65);
    expect(await ok('dataset', 'create', 'educacao', '--if-exists', 'pass')).toBe('');
    await ok('dataset', 'update', 'educacao', '--mode', 'prod', '--description', 'Escolas da cidade');
    expect(await ok('dataset', 'exists', 'educacao', '--mode', 'all')).toBe('true\n');
    expect(await ok('dataset', 'list')).toContain('educacao\neducacao_staging\n');
    await ok('dataset', 'publicize', 'educacao');
    expect(await readers('educacao')).toContain('allUsers');
    expect(await readers('educacao_staging')).not.toContain('allUsers');
    await ok('dataset', 'delete', 'educacao');
    expect(await ok('dataset', 'exists', 'educacao')).toBe('false\n');
  });

  test('tables', async () => {
    const first = file('ano=2025/e.csv', 'id,nome\n1,São\n');
    expect(await arcos('table', 'append', 'rede', 'escola', '--path', first)).toMatchObject({ code: 66 });
    rmSync(join(folder, 'rede'), { recursive: true, force: true });
    file('rede/ano=2025/e.csv', 'id,nome\n1,São\n');
    await ok('table', 'create', 'rede', 'escola', '--path', join(folder, 'rede'));
    expect(await arcos('table', 'create', 'rede', 'escola', '--path', join(folder, 'rede'))).toMatchObject({
      code: 65,
    });
    const more = file('mais.csv', 'id,nome\n2,Méier\n');
    for (let time = 0; time < 2; time += 1) {
      await ok('table', 'append', 'rede', 'escola', '--path', more, '--partitions', 'ano=2026');
    }
    await ok('table', 'publish', 'rede', 'escola');
    expect(await rows('SELECT id, nome, ano FROM rede.escola ORDER BY id')).toEqual([
      { id: '1', nome: 'São', ano: '2025' },
      { id: '2', nome: 'Méier', ano: '2026' },
    ]);
    expect(await ok('table', 'list', 'rede', '--mode', 'all')).toBe('escola\nescola\n');
    expect(await ok('table', 'get', 'rede', 'escola')).toMatch(/^column +type +description\nid +STRING\n/);
    await ok('table', 'delete', 'rede', 'escola', '--mode', 'prod');
    expect(await ok('table', 'exists', 'rede', 'escola', '--mode', 'prod')).toBe('false\n');
    expect(await ok('table', 'exists', 'rede', 'escola')).toBe('true\n');
  });

  test('files', async () => {
    const bucket = ['--bucket', 'cidade'];
    await ok('storage', 'init', ...bucket);
    await ok('storage', 'init', ...bucket);
    const path = file('bruto/ano=2025/x.csv', 'a\n');
    await ok('storage', 'upload', 'd', 't', ...bucket, '--path', dirname(dirname(path)), '--mode', 'raw');
    expect(
      await arcos('storage', 'upload', 'd', 't', ...bucket, '--path', dirname(dirname(path)), '--mode', 'raw'),
    ).toMatchObject({ code: 65 });
    await ok('storage', 'upload', 'd', 't10', ...bucket, '--path', path, '--mode', 'raw', '--partitions', 'ano=1');
    await ok(
      'storage',
      'copy_table',
      'd',
      't',
      ...bucket,
      '--source-bucket',
      'cidade',
      '--mode',
      'raw',
      '--new-table',
      't2',
    );
    await ok('storage', 'download', 'd', 't2', ...bucket, '--mode', 'raw', '--savepath', join(folder, 'baixado'));
    expect(readFileSync(join(folder, 'baixado', 'raw', 'd', 't2', 'ano=2025', 'x.csv'), 'utf8')).toBe('a\n');
    expect(await ok('storage', 'delete-table', 'd', 't', ...bucket, '--mode', 'raw')).toBe('1 files are removed\n');
    // `t` is not `t10`.
    const left = (await open.lake.files('cidade', '')).map(({ name }) => name);
    expect(left).toEqual(['raw/d/t10/ano=1/x.csv', 'raw/d/t2/ano=2025/x.csv']);
    expect(await arcos('storage', 'download', 'd', 't', ...bucket, '--mode', 'raw')).toMatchObject({ code: 66 });
    expect(
      await arcos('storage', 'delete-table', 'd', 't', ...bucket, '--mode', 'raw', '--not-found-ok'),
    ).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'baixado'))).toEqual(['raw']);
    // Nobody without a key sees them.
    expect((await fetch(`${served.origin}/storage/v1/b/cidade/o`)).status).toBe(401);
  });
});
