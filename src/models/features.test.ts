import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatFault } from '../base/fault.ts';
import { newId } from '../base/ids.ts';
import { silentLog } from '../base/log.ts';
import type { Row, WarehouseClient } from '../warehouse/port.ts';
import { openTestWarehouse, type TestWarehouse } from '../warehouse/testing.ts';
import { type Command, type CommandResult, execute } from './command.ts';
import type { Invocation } from './invocation.ts';
import { parseProject } from './manifest.ts';
import { readProject } from './project.ts';
import { Templates } from './templates.ts';

let open: TestWarehouse;
let client: WarehouseClient;
beforeAll(async () => {
  open = await openTestWarehouse();
  client = open.warehouse.client(open.editor);
}, 60_000);
afterAll(() => open?.close());

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A project of these files, each of its own dataset. */
function project(dataset: string, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'arcos-project-'));
  folders.push(folder);
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  put('dbt_project.yml', 'name: cidade\nversion: "1.0"\n');
  for (const [name, text] of Object.entries(files)) put(name, text);
  const templates = new Templates();
  const load = async (options: Partial<Invocation> = {}) => {
    const invocation: Invocation = {
      id: newId(),
      startedAt: new Date('2024-05-06T07:08:09Z'),
      command: 'run',
      target: { name: 'prod', project: 'rio', dataset, threads: 1 },
      vars: {},
      fullRefresh: false,
      failFast: false,
      storeFailures: false,
      environment: { DBT_COR: 'azul' },
      ...options,
    };
    return { invocation, ...parseProject(await readProject(folder), invocation, templates) };
  };
  const dbt = async (
    name: Command['name'],
    select: string[] = [],
    options: Partial<Invocation> = {},
    signal = new AbortController().signal,
  ): Promise<CommandResult> => {
    const { manifest, faults, invocation } = await load(options);
    if (manifest === undefined) throw new Error(faults.map(formatFault).join('\n'));
    return execute(
      { name, selection: { select } },
      { manifest, invocation, warehouse: client, log: silentLog, signal },
    );
  };
  const rows = async (sql: string): Promise<readonly Row[]> =>
    (await client.query({ sql, project: 'rio', dataset })).rows;
  return { put, load, dbt, rows };
}

const said = ({ results }: CommandResult) =>
  results.map(({ node, status, message }) => `${node.name}: ${status}${message === null ? '' : ` ${message}`}`);

test('templates: macros, vars, run_query, ephemeral models, dispatch, this, context', { timeout: 60_000 }, async () => {
  const { dbt, rows } = project('modelos', {
    'dbt_project.yml':
      'name: cidade\nvars: {limite: 2}\nmodels: {cidade: {+materialized: table, efemero: {+materialized: ephemeral}}}\n',
    'macros/m.sql':
      "{% macro dobro(x) %}{{ return(adapter.dispatch('dobro', 'cidade')(x)) }}{% endmacro %}{% macro default__dobro(x) %}({{ x }} * 2){% endmacro %}",
    'models/numeros.sql': 'SELECT n FROM UNNEST([1, 2, 3]) AS n',
    'models/efemero/pequenos.sql': "SELECT n FROM {{ ref('numeros') }} WHERE n <= {{ var('limite') }}",
    'models/efemero/dobrados.sql':
      "WITH d AS (SELECT {{ dobro('n') }} AS n FROM {{ ref('pequenos') }}) SELECT * FROM d",
    'models/final.sql': `{% set total = run_query("SELECT COUNT(*) AS c FROM " ~ ref('numeros')).columns[0].values()[0] if execute else 0 %}
      {% set nomes = adapter.get_columns_in_relation(ref('numeros')) | map(attribute='name') | list if execute else [] %}
      WITH base AS (SELECT n FROM {{ ref('dobrados') }})
      SELECT n, {{ total }} AS total, '{{ this.identifier }}' AS nome, '{{ run_started_at.strftime("%Y-%m-%d") }}' AS dia,
        '{{ env_var("DBT_COR") }}' AS cor, '{{ nomes | join(",") }}' AS colunas, '{{ target.name }}' AS alvo, '{{ model.alias }}' AS apelido
      FROM base`,
  });
  const done = await dbt('run');
  expect(said(done)).toEqual([
    expect.stringMatching('numeros: success CREATE TABLE \\(3.0 rows'),
    expect.stringMatching('final: success'),
  ]);
  const rest = {
    total: 3,
    nome: 'final',
    dia: '2024-05-06',
    cor: 'azul',
    colunas: 'n',
    alvo: 'prod',
    apelido: 'final',
  };
  expect(await rows('SELECT * FROM final ORDER BY n')).toEqual([
    { n: 2, ...rest },
    { n: 4, ...rest },
  ]);
  await dbt('run', ['final'], { vars: { limite: 1 } });
  expect(await rows('SELECT n FROM final')).toEqual([{ n: 2 }]);
});

test('incremental models: append, insert_overwrite, new columns, hooks', { timeout: 60_000 }, async () => {
  const { put, dbt, rows } = project('incrementos', {
    'models/soma.sql': `{{ config(materialized='incremental', incremental_strategy='append', post_hook="INSERT INTO {{ target.schema }}.diario VALUES ('{{ this.table }}')") }}
      SELECT {{ 2 if is_incremental() else 1 }} AS n`,
    'models/diario.sql': "{{ config(materialized='table') }} SELECT '' AS nome LIMIT 0\n-- depends: none",
    'models/dias.sql': `{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partition_by={'field': 'dia', 'data_type': 'date'}) }}
      SELECT dia, {{ var('v', 1) }} AS v FROM UNNEST({{ var('dias', "[DATE '2024-01-01', DATE '2024-01-02']") }}) AS dia`,
  });
  expect((await dbt('run', ['diario', 'dias'])).good).toBe(true);
  expect(said(await dbt('run', ['soma']))).toEqual([expect.stringContaining('CREATE TABLE')]);
  expect(said(await dbt('run', ['soma']))).toEqual([expect.stringContaining('INSERT (1.0 rows')]);
  expect(await rows('SELECT n FROM soma ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await rows('SELECT nome FROM diario')).toEqual([{ nome: 'soma' }, { nome: 'soma' }]);

  const again = await dbt('run', ['dias'], { vars: { v: 2, dias: "[DATE '2024-01-02', DATE '2024-01-03']" } });
  expect(said(again)).toEqual([expect.stringContaining('success MERGE')]);
  expect(await rows('SELECT dia, v FROM dias ORDER BY dia')).toEqual([
    { dia: '2024-01-01', v: 1 },
    { dia: '2024-01-02', v: 2 },
    { dia: '2024-01-03', v: 2 },
  ]);
  expect(await client.table({ project: 'rio', dataset: 'incrementos', table: 'dias__dbt_tmp' })).toBeUndefined();

  put(
    'models/soma.sql',
    "{{ config(materialized='incremental', on_schema_change='append_new_columns') }} SELECT 3 AS n, 'x' AS extra",
  );
  expect((await dbt('run', ['soma'])).good).toBe(true);
  expect(await rows('SELECT n, extra FROM soma ORDER BY n')).toEqual([
    { n: 1, extra: null },
    { n: 2, extra: null },
    { n: 3, extra: 'x' },
  ]);
});

test('seeds and tests of every kind', { timeout: 60_000 }, async () => {
  const { dbt, rows } = project('provas', {
    'dbt_project.yml': 'name: cidade\ntests: {+severity: error, cidade: {nenhum_negativo: {+severity: warn}}}\n',
    'seeds/bairros.csv': 'id,nome,area,criado\n1,Centro,1.5,2024-01-02\n2,"Lapa ""velha""",2,\n3,Urca,,2024-01-03\n',
    'tests/nenhum_negativo.sql': "SELECT * FROM {{ ref('bairros') }} WHERE id < 2",
    'tests/generic/positivo.sql':
      '{% test positivo(model, column_name, minimo=0) %}SELECT * FROM {{ model }} WHERE {{ column_name }} <= {{ minimo }}{% endtest %}',
    'seeds/schema.yml': `seeds:
  - name: bairros
    columns:
      - name: id
        tests:
          - unique
          - positivo: {minimo: 2, name: acima_de_dois, severity: warn}
          - positivo: {minimo: 2, name: um_aceito, error_if: '> 2', warn_if: '> 2'}
      - name: area
        data_tests:
          - not_null
          - not_null: {name: area_onde, where: 'id < 3'}
      - name: nome
        tests:
`,
  });
  expect(said(await dbt('seed'))).toEqual(['bairros: success INSERT 3']);
  expect(await rows('SELECT * FROM bairros ORDER BY id')).toEqual([
    { id: 1, nome: 'Centro', area: 1.5, criado: '2024-01-02' },
    { id: 2, nome: 'Lapa "velha"', area: 2, criado: null },
    { id: 3, nome: 'Urca', area: null, criado: '2024-01-03' },
  ]);
  const tests = await dbt('test', [], { storeFailures: true });
  expect(said(tests).sort()).toEqual([
    'acima_de_dois: warn Got 2 results, configured to warn if != 0',
    'area_onde: pass',
    'nenhum_negativo: warn Got 1 result, configured to warn if != 0',
    'not_null_bairros_area: fail Got 1 result, configured to fail if != 0',
    'um_aceito: pass',
    'unique_bairros_id: pass',
  ]);
  expect(await rows('SELECT nome FROM provas_dbt_test__audit.not_null_bairros_area')).toEqual([{ nome: 'Urca' }]);
});

test('a command that is aborted stops its statement', { timeout: 60_000 }, async () => {
  const { dbt } = project('parada', {
    'models/lento.sql':
      "{{ config(materialized='table') }} SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 300000)) a, UNNEST(GENERATE_ARRAY(1, 300000)) b WHERE MOD(a * b, 7) = 3",
  });
  const abort = new AbortController();
  const running = dbt('run', [], {}, abort.signal);
  setTimeout(() => abort.abort(new Error('chega')), 500);
  await expect(running).rejects.toThrow('chega');
  expect(await client.table({ project: 'rio', dataset: 'parada', table: 'lento' })).toBeUndefined();
});

test.each([
  [
    'a ref of nothing',
    { 'models/a.sql': "SELECT * FROM {{ ref('b') }}" },
    /models\/a\.sql: error: Model 'model\.cidade\.a' .* depends on a node named 'b' which was not found/,
  ],
  [
    'a ring',
    { 'models/a.sql': "SELECT * FROM {{ ref('b') }}", 'models/b.sql': "SELECT * FROM {{ ref('a') }}" },
    /wait for each other: .*model\.cidade\.a.* --> /,
  ],
  ['a template', { 'models/a.sql': 'SELECT 1\n{% if %}' }, /models\/a\.sql:2:\d+/],
  [
    'a schema file',
    { 'models/s.yml': 'models:\n  - description: x\n' },
    /models\/s\.yml:2:5: error: This entry of "models" has no name/,
  ],
  [
    'two of a name',
    { 'models/x/a.sql': 'SELECT 1', 'models/y/a.sql': 'SELECT 1' },
    /Two files are called "a": models\/x\/a\.sql and models\/y\/a\.sql/,
  ],
  [
    'one table twice',
    { 'models/a.sql': 'SELECT 1', 'models/b.sql': "{{ config(alias='a') }}SELECT 1" },
    /both make the table rio\.faltas\.a/,
  ],
  [
    'a test there is not',
    { 'models/a.sql': 'SELECT 1', 'models/s.yml': 'models:\n  - name: a\n    tests: [nada]\n' },
    /models\/s\.yml:3:13: error: There is no generic test "nada"/,
  ],
])('a fault is told with its place: %s', async (_, files, expected) => {
  const { faults } = await project('faltas', files).load();
  expect(faults.map(formatFault).join('\n')).toMatch(expected);
});

test('snapshots: timestamp, check, hard deletes, new columns, in YAML', { timeout: 60_000 }, async () => {
  const { put, dbt, rows } = project('historia', {
    'models/t.sql': "{{ config(materialized='table') }} {{ var('sql') }}",
    'snapshots/s.sql': `{% snapshot por_hora %}{{ config(strategy='timestamp', unique_key='id', updated_at='em', invalidate_hard_deletes=true) }}
      SELECT * FROM {{ ref('t') }}{% endsnapshot %}
      {% snapshot por_valor %}{{ config(strategy='check', unique_key=['id'], check_cols=['v'], target_schema='historia') }}
      SELECT * EXCEPT(em) FROM {{ ref('t') }}{% endsnapshot %}`,
    'snapshots/s.yml':
      "snapshots:\n  - {name: com_apagados, relation: ref('t'), config: {strategy: timestamp, unique_key: id, updated_at: em, hard_deletes: new_record}}\n",
  });
  const at = (...list: string[]) => list.join(' UNION ALL ');
  const row = (id: number, v: string, day: number) =>
    `SELECT ${id} AS id, '${v}' AS v, TIMESTAMP '2024-01-0${day}' AS em`;
  const step = async (sql: string) => {
    await dbt('run', [], { vars: { sql } });
    const done = await dbt('snapshot', [], { vars: { sql } });
    expect(said(done).filter((line) => !line.includes('success'))).toEqual([]);
  };
  await step(at(row(1, 'a', 1), row(2, 'b', 1)));
  await step(at(row(1, 'a', 1), row(2, 'b', 1)));
  const versions = (table: string, more = '') =>
    rows(`SELECT id, v, dbt_valid_to IS NULL AS vale${more} FROM ${table} ORDER BY id, dbt_valid_from, v`);
  expect(await versions('por_hora')).toHaveLength(2);
  // 1 changes, 2 is gone, 3 is new.
  await step(at(row(1, 'c', 2), row(3, 'd', 2)));
  expect(await versions('por_hora')).toEqual([
    { id: 1, v: 'a', vale: false },
    { id: 1, v: 'c', vale: true },
    { id: 2, v: 'b', vale: false },
    { id: 3, v: 'd', vale: true },
  ]);
  expect(await versions('por_valor')).toEqual([
    { id: 1, v: 'a', vale: false },
    { id: 1, v: 'c', vale: true },
    { id: 2, v: 'b', vale: true },
    { id: 3, v: 'd', vale: true },
  ]);
  expect(await versions('com_apagados', ', dbt_is_deleted AS apagado')).toEqual([
    { id: 1, v: 'a', vale: false, apagado: 'False' },
    { id: 1, v: 'c', vale: true, apagado: 'False' },
    { id: 2, v: 'b', vale: false, apagado: 'False' },
    { id: 2, v: 'b', vale: true, apagado: 'True' },
    { id: 3, v: 'd', vale: true, apagado: 'False' },
  ]);
  expect(
    await rows(
      'SELECT id, dbt_valid_from = dbt_updated_at AS a, dbt_valid_to FROM por_hora WHERE dbt_valid_to = TIMESTAMP "2024-01-02"',
    ),
  ).toEqual([{ id: 1, a: true, dbt_valid_to: '2024-01-02T00:00:00Z' }]);
  // 2 is back; a column is new.
  await step(at(`${row(1, 'c', 2)}, 'x' AS novo`, `${row(2, 'b', 3)}, 'y'`, `${row(3, 'd', 2)}, 'z'`));
  expect(await rows('SELECT novo FROM por_hora WHERE id = 2 AND dbt_valid_to IS NULL')).toEqual([{ novo: 'y' }]);
  expect(await versions('com_apagados')).toHaveLength(6);
  put('snapshots/s.yml', 'snapshots: [{name: sem_chave, relation: "ref(\'t\')", config: {strategy: check}}]\n');
  expect(said(await dbt('snapshot', ['sem_chave'], { vars: { sql: row(1, 'a', 1) } }))[0]).toMatch(/has no unique_key/);
});

test('materialisations written in Jinja, materialized views, versions', { timeout: 60_000 }, async () => {
  const { put, load, dbt, rows } = project('proprias', {
    'macros/m.sql': `{% materialization com_sobra, adapter='bigquery' %}
      {% set nova = this.incorporate(type='table') %}
      {{ run_hooks(pre_hooks) }}
      {% call statement('main') %}{{ create_table_as(false, nova, sql ~ ' UNION ALL SELECT ' ~ config.get('sobra', 0)) }}{% endcall %}
      {{ run_hooks(post_hooks) }}
      {{ return({'relations': [nova]}) }}{% endmaterialization %}
      {% materialization nada, default %}{{ exceptions.raise_compiler_error('assim não') }}{% endmaterialization %}`,
    'models/m.sql':
      "{{ config(materialized='com_sobra', sobra=7, pre_hook='CREATE TABLE IF NOT EXISTS {{ this.schema }}.antes AS SELECT 1 AS n') }} SELECT 1 AS n",
    'models/n.sql': "{{ config(materialized='nada') }} SELECT 1 AS n",
    'models/mv.sql': "{{ config(materialized='materialized_view') }} SELECT n FROM {{ ref('m') }}",
    'models/v_v1.sql': 'SELECT 1 AS n',
    'models/outra.sql': 'SELECT 2 AS n',
    'models/usa.sql': "SELECT a.n AS um, b.n AS dois FROM {{ ref('v', v=1) }} a, {{ ref('v') }} b",
    'models/v.yml': `models:
  - name: v
    latest_version: 2
    columns: [{name: n, tests: [not_null]}]
    versions: [{v: 1}, {v: 2, defined_in: outra, config: {materialized: table, alias: v}}]
`,
  });
  const done = said(await dbt('build'));
  expect(done).toContainEqual(expect.stringMatching(/^m: success CREATE TABLE/));
  expect(done).toContainEqual(expect.stringMatching(/^n: error Compilation Error[\s\S]*assim não/));
  expect(done).toContainEqual(expect.stringMatching(/^mv: success CREATE VIEW/));
  expect(done).toContain('not_null_v_v1_n: pass');
  expect(done).toContain('not_null_v_v2_n: pass');
  expect(await rows('SELECT n FROM mv ORDER BY n')).toEqual([{ n: 1 }, { n: 7 }]);
  expect(await rows('SELECT n FROM antes')).toEqual([{ n: 1 }]);
  expect(await rows('SELECT * FROM usa')).toEqual([{ um: 1, dois: 2 }]);
  expect(await rows('SELECT a.n AS a, b.n AS b FROM v_v1 a, v b')).toEqual([{ a: 1, b: 2 }]);
  const { manifest } = await load();
  expect([...(manifest?.nodes.keys() ?? [])]).toEqual(
    expect.arrayContaining(['model.cidade.v.v1', 'model.cidade.v.v2']),
  );
  put('models/usa.sql', "SELECT * FROM {{ ref('v', v=3) }}");
  expect((await load()).faults[0]?.message).toMatch(/depends on a node named 'v'/);
});

test('merges of some columns, all columns in step, static partitions', { timeout: 60_000 }, async () => {
  const { put, dbt, rows } = project('detalhes', {
    'models/u.sql': `{{ config(materialized='incremental', unique_key='id', merge_update_columns=['a']) }}
      SELECT 1 AS id, '{{ var("x") }}' AS a, '{{ var("x") }}' AS b`,
    'models/e.sql': `{{ config(materialized='incremental', unique_key='id', merge_exclude_columns=['a']) }}
      SELECT 1 AS id, '{{ var("x") }}' AS a, '{{ var("x") }}' AS b`,
    'models/s.sql':
      "{{ config(materialized='incremental', on_schema_change='sync_all_columns') }} SELECT 1 AS id, 'a' AS sai",
    'models/p.sql': `{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitions=["DATE '2024-01-01'"],
      partition_by={'field': 'dia', 'data_type': 'date'}) }}
      SELECT DATE '2024-01-0{{ '1' if is_incremental() else '2' }}' AS dia, '{{ var("x") }}' AS a
      {% if not is_incremental() %} UNION ALL SELECT DATE '2024-01-01', 'velho' {% endif %}`,
  });
  await dbt('run', [], { vars: { x: 'um' } });
  put(
    'models/s.sql',
    "{{ config(materialized='incremental', on_schema_change='sync_all_columns') }} SELECT 2 AS id, 5 AS entra",
  );
  const done = said(await dbt('run', [], { vars: { x: 'dois' } }));
  expect(done.filter((line) => !line.includes('success'))).toEqual([]);
  expect(await rows('SELECT * FROM u')).toEqual([{ id: 1, a: 'dois', b: 'um' }]);
  expect(await rows('SELECT * FROM e')).toEqual([{ id: 1, a: 'um', b: 'dois' }]);
  expect(await rows('SELECT * FROM s ORDER BY id')).toEqual([
    { id: 1, entra: null },
    { id: 2, entra: 5 },
  ]);
  expect(await rows('SELECT * FROM p ORDER BY dia')).toEqual([
    { dia: '2024-01-01', a: 'dois' },
    { dia: '2024-01-02', a: 'um' },
  ]);
});
