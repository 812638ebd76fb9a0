import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dbt } from '../../src/models/dbt/dbt.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';
import { type Served, serveWarehouse } from './server.ts';
import { pythonWithClients } from './venv.ts';

const found = pythonWithClients('dbt-bigquery-requirements.txt');
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';

/** What changes between the first run and the second: rows, a column, values of a snapshot. */
const SECOND = '{linhas: 60, rodada: 2, nova: true, cresce: 1, ate: 4}';

/** Without what dbt says of the moment, and names by it. */
const TABLES: Readonly<Record<string, string>> = {
  bairros: '*',
  chamados: '*',
  por_bairro: '*',
  mesclado: '*',
  reescrito: '*',
  fixo: '*',
  historia: 'id, nome, area, dbt_valid_to IS NULL AS vale',
};

describe.skipIf('missing' in found)(`dbt-bigquery, unmodified${reason}`, () => {
  let open: TestWarehouse;
  let served: Served;
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  beforeAll(async () => {
    open = await openTestWarehouse();
    served = await serveWarehouse(open);
    folder = mkdtempSync(join(tmpdir(), 'arcos-dbtbigquery-'));
    cpSync(join(import.meta.dirname, 'dbtproject'), folder, { recursive: true });
    writeFileSync(join(folder, 'key.json'), JSON.stringify(await served.keyFile('administrador')));
    environment = {
      ...process.env,
      KEY_FILE: join(folder, 'key.json'),
      ORIGIN: served.origin,
      DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
      PYTHONDONTWRITEBYTECODE: '1',
      // Google's services elsewhere are not asked.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: 'localhost',
    };
  }, 60_000);
  afterAll(async () => {
    await served.close();
    await open.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Statuses of the nodes by name, from a command of dbt's own. */
  async function theirs(words: readonly string[]): Promise<Record<string, string>> {
    const program = 'python' in found ? found.python.replace(/python$/, 'dbt') : '';
    const all = [...words, '--target', 'google', '--profiles-dir', folder, '--project-dir', folder];
    const output = await new Promise<string>((resolve) => {
      execFile(program, all, { env: environment, timeout: 280_000, maxBuffer: 50_000_000 }, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
    try {
      return statuses(join(folder, 'target'));
    } catch {
      throw new Error(output);
    }
  }

  async function ours(words: readonly string[]): Promise<Record<string, string>> {
    const { editor, warehouse } = open;
    await dbt({
      words: [...words, '--target', 'arcos', '--target-path', 'arcos'],
      directory: folder,
      environment: { KEY_FILE: '', ORIGIN: '' },
      fallback: () => undefined,
      warehouse: () => warehouse.client(editor),
      write: () => undefined,
      signal: new AbortController().signal,
    });
    return statuses(join(folder, 'arcos'));
  }

  async function rows(dataset: string): Promise<Record<string, string[]>> {
    const client = open.warehouse.client(open.editor);
    const read = Object.entries(TABLES).map(async ([table, columns]) => {
      const { rows: found } = await client.query({ sql: `SELECT ${columns} FROM ${dataset}.${table}`, project: 'rio' });
      return [table, found.map((row) => JSON.stringify(row)).sort()] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  }

  test('builds twice what `arcos dbt` builds, row for row', { timeout: 900_000 }, async () => {
    const done = {
      bairros: 'success',
      chamados: 'success',
      por_bairro: 'success',
      mesclado: 'success',
      reescrito: 'success',
      fixo: 'success',
      historia: 'success',
      soma: 'pass',
      unique_chamados_id: 'pass',
      not_null_chamados_id: 'pass',
      relationships_chamados_bairro__id__ref_bairros_: 'pass',
      accepted_values_por_bairro_nome__Centro__M_ier: 'warn',
    };
    for (const words of [['build'], ['build', '--vars', SECOND]]) {
      expect(await theirs(words)).toEqual(done);
      expect(await ours(words)).toEqual(done);
      expect(await rows('dbt_google')).toEqual(await rows('dbt_arcos'));
    }
    const built = await rows('dbt_google');
    expect(Object.fromEntries(Object.entries(built).map(([table, { length }]) => [table, length]))).toEqual({
      bairros: 4,
      chamados: 60,
      por_bairro: 4,
      mesclado: 60,
      reescrito: 7,
      fixo: 40,
      historia: 7,
    });
    // Of partitions that were not written anew there are the rows of the first time.
    expect(built['reescrito']?.filter((row) => row.includes('"rodada":1')).length).toBe(3);
    expect(built['mesclado']?.filter((row) => row.includes('"coluna":"novo"')).length).toBe(21);
  });

  test('documents it', { timeout: 300_000 }, async () => {
    await theirs(['docs', 'generate']);
    const catalog = JSON.parse(readFileSync(join(folder, 'target', 'catalog.json'), 'utf8')) as Catalog;
    expect(catalog.errors).toBeNull();
    const { metadata, columns, stats } = catalog.nodes['model.cidade.chamados'] ?? {};
    expect(metadata).toMatchObject({ type: 'table', schema: 'dbt_google', comment: 'Chamados' });
    expect(Object.keys(columns ?? {}).sort()).toEqual(
      ['bairro', 'detalhe', 'detalhe.etiquetas', 'detalhe.numero', 'dia', 'em', 'id'].sort(),
    );
    expect(stats?.['num_rows']?.value).toBe(60);
    expect(stats?.['clustering_fields']?.value).toBe('bairro');
  });
});

interface Catalog {
  readonly errors: readonly string[] | null;
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly metadata: Readonly<Record<string, unknown>>;
        readonly columns: Readonly<Record<string, unknown>>;
        readonly stats: Readonly<Record<string, { readonly value: unknown }>>;
      }
    >
  >;
}

function statuses(target: string): Record<string, string> {
  const { results } = JSON.parse(readFileSync(join(target, 'run_results.json'), 'utf8')) as {
    results: { unique_id: string; status: string }[];
  };
  // Tests end with a hash of dbt's own objects.
  const name = (id: string) =>
    id
      .replace(/^test\.(.*)\.[0-9a-f]{10}$/, 'test.$1')
      .split('.')
      .slice(2)
      .join('.');
  return Object.fromEntries(results.map(({ unique_id, status }) => [name(unique_id), status]));
}
