import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DbtProjects, openDbtProjects } from './testing.ts';

let projects: DbtProjects;
beforeAll(async () => {
  projects = await openDbtProjects();
}, 60_000);
afterAll(() => projects?.close());

const project: DbtProjects['open'] = (dataset, files) => projects.open(dataset, files);

const MODELS = {
  'models/a.sql': "{{ config(materialized='table') }} SELECT 1 AS id, {{ dobro(2) }} AS n",
  'models/b.sql': "SELECT id FROM {{ ref('a') }}",
  'models/c.sql': "SELECT id FROM {{ ref('b') }}",
  'macros/dobro.sql': '{% macro dobro(x) %}{{ x * 2 }}{% endmacro %}',
  'models/schema.yml':
    'models:\n  - {name: a, columns: [{name: id, tests: [not_null, unique]}]}\n  - {name: b, columns: [{name: id, tests: [{accepted_values: {values: [2], quote: false}}]}]}\n',
};

test('build: lines, artifacts, exit codes, retry', async () => {
  const { run, artifact, put, folder, rows } = project('linha', MODELS);
  const built = await run('build');
  expect(built.code).toBe(1);
  expect(built.text).toMatch(/\d+ of 6 PASS not_null_a_id \.+ \[PASS in \d+\.\d\ds\]/);
  expect(built.text).toMatch(/\d+ of 6 FAIL 1 accepted_values_b_id__False__2 \.+ \[FAIL 1 in \d+\.\d\ds\]/);
  expect(built.text).toMatch(/Failure in test accepted_values_b_id__False__2 \(models\/schema\.yml\)/);
  const [, path = ''] = /compiled Code at (\S+)/.exec(built.text) ?? [];
  expect(readFileSync(join(folder, path), 'utf8')).toContain('value_field NOT IN (2)');
  expect(readFileSync(join(folder, 'target/run/cidade/models/a.sql'), 'utf8')).toContain('CREATE OR REPLACE TABLE');
  expect(readFileSync(join(folder, 'logs/dbt.log'), 'utf8')).toContain('[debug] On model.cidade.a');

  expect(artifact('manifest.json')).toMatchObject({
    metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json', project_name: 'cidade' },
    nodes: {
      'model.cidade.a': {
        compiled_code: 'SELECT 1 AS id, 4 AS n',
        depends_on: { macros: ['macro.cidade.dobro'] },
        unrendered_config: { materialized: 'table' },
      },
    },
    child_map: { 'model.cidade.b': expect.arrayContaining(['model.cidade.c']) },
  });
  const results = artifact('run_results.json');
  expect(results.args).toMatchObject({ which: 'build' });
  const statuses = results.results.map(({ unique_id, status }: Record<string, string>) => [unique_id, status]);
  expect(statuses).toContainEqual(['model.cidade.c', 'skipped']);

  put('models/schema.yml', MODELS['models/schema.yml'].replace('values: [2]', 'values: [1]'));
  const again = await run('retry');
  expect(again.code).toBe(0);
  expect(again.text).toMatch(/1 of 1 OK created sql view model linha\.c/);
  expect(await rows('SELECT * FROM c')).toEqual([{ id: 1 }]);
  expect((await run('retry')).text).toContain('Nothing to retry');
});

test('what cannot be carried out ends with 2 and says why', async () => {
  const { run, put } = project('errada', MODELS);
  expect(await run('run', '--nonexistent')).toMatchObject({
    code: 2,
    text: expect.stringContaining("'--nonexistent'"),
  });
  expect(await run('run', '-s', 'tags:x')).toMatchObject({
    code: 2,
    text: expect.stringContaining('Did you mean "tag:"'),
  });
  expect(await run('run', '--target', 'prd')).toMatchObject({ code: 2, text: expect.stringContaining('"prd"') });
  put('models/b.sql', "SELECT id FROM {{ ref('aa') }}");
  expect(await run('parse')).toMatchObject({ code: 2, text: expect.stringContaining('models/b.sql') });
  expect(await run('clean')).toMatchObject({ code: 0 });
});

test('state:modified, --defer and selectors.yml', async () => {
  const { run, put, rows, folder } = project('estado', {
    ...MODELS,
    'models/schema.yml': '',
    'selectors.yml':
      'selectors:\n  - name: pontas\n    definition: {union: [{method: fqn, value: a}, "c", {exclude: [{method: config.materialized, value: table}]}]}\n',
  });
  const ls = async (...words: string[]) => (await run('ls', ...words)).text.trim().split('\n').filter(Boolean);
  expect(await ls('--selector', 'pontas')).toEqual(['cidade.c']);
  expect(await run('ls', '--selector', 'ponta')).toMatchObject({
    code: 2,
    text: expect.stringContaining('Did you mean "pontas"'),
  });
  await run('parse', '--target-path', 'antes');
  expect(await ls('-s', 'state:modified', '--state', 'antes')).toEqual([]);
  put('models/b.sql', "SELECT id + 1 AS id FROM {{ ref('a') }}");
  put('models/d.sql', 'SELECT 1 AS id');
  expect(await ls('-s', 'state:modified+', '--state', 'antes')).toEqual(['cidade.b', 'cidade.c', 'cidade.d']);
  expect(await ls('-s', 'state:new', '--state', 'antes')).toEqual(['cidade.d']);
  expect(await ls('-s', 'state:modified.configs', '--state', 'antes')).toEqual(['cidade.d']);
  put('macros/dobro.sql', '{% macro dobro(x) %}{{ x * 3 }}{% endmacro %}');
  expect(await ls('-s', 'state:modified.macros', '--state', 'antes')).toEqual(['cidade.a', 'cidade.d']);

  await run('run', '-s', 'a', '--target-path', 'antes');
  put(
    'profiles.yml',
    'rio: {target: dev, outputs: {dev: {type: arcos, project: rio, dataset: estado_dev, threads: 1}}}\n',
  );
  expect((await run('run', '-s', 'b')).code).toBe(1);
  expect(await run('run', '-s', 'b', '--defer', '--state', 'antes')).toMatchObject({ code: 0 });
  expect(await rows('SELECT * FROM estado_dev.b')).toEqual([{ id: 2 }]);
  expect(readFileSync(join(folder, 'target/compiled/cidade/models/b.sql'), 'utf8')).toContain('`rio`.`estado`.`a`');
});

test('show, run-operation, source freshness, docs generate, debug', async () => {
  const { run, artifact, folder } = project('mostra', {
    ...MODELS,
    'macros/ola.sql': "{% macro ola(nome) %}{{ log('olá ' ~ nome, info=true) }}{% endmacro %}",
    'models/fontes.yml': `sources:
  - name: mostra
    freshness: {warn_after: {count: 1, period: day}, error_after: {count: 2, period: day}}
    loaded_at_field: momento
    tables: [{name: novo}, {name: velho, freshness: {error_after: {count: 3, period: hour}}}, {name: nunca, freshness: null}, {name: sem_campo, loaded_at_field: nada}]
`,
  });
  await projects.client.ensureDataset('rio', 'mostra');
  for (const [name, days] of [
    ['novo', 0],
    ['velho', 9],
    ['sem_campo', 0],
  ] as const) {
    const sql = `CREATE TABLE mostra.${name} AS SELECT TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL ${days} DAY) AS momento`;
    await projects.client.query({ sql, project: 'rio' });
  }
  const fresh = await run('source', 'freshness');
  expect(fresh.code).toBe(1);
  expect(fresh.text).toMatch(/1 of 3 PASS freshness of mostra\.novo/);
  expect(fresh.text).toMatch(/2 of 3 ERROR STALE freshness of mostra\.velho/);
  const { results } = artifact('sources.json');
  expect(results.map(({ status }: Record<string, string>) => status)).toEqual(['pass', 'error', 'runtime error']);
  expect(results[1].criteria).toEqual({
    warn_after: { count: 1, period: 'day' },
    error_after: { count: 3, period: 'hour' },
    filter: null,
  });

  await run('run', '-s', 'a');
  const shown = await run('show', '--inline', "select id, n from {{ ref('a') }}");
  expect(shown.text).toContain('| id  | n   |\n| --- | --- |\n|   1 |   4 |\n');
  expect((await run('run-operation', 'ola', '--args', '{nome: Rio}')).text).toContain('olá Rio');
  expect((await run('docs', 'generate', '--no-compile')).code).toBe(0);
  expect(artifact('catalog.json').nodes['model.cidade.a']).toMatchObject({
    metadata: { type: 'table', schema: 'mostra', name: 'a' },
    columns: { id: { type: 'INT64', index: 1 }, n: { type: 'INT64', index: 2 } },
  });
  expect((await run('debug')).text).toContain('All checks passed!');
  expect((await run('clean')).code).toBe(0);
  expect(existsSync(join(folder, 'target'))).toBe(false);
});

test('deps installs from git, and what that needs', async () => {
  const { execFileSync } = await import('node:child_process');
  const { folder: other, put } = project('pacote', {
    'dbt_project.yml': 'name: ajuda\n',
    'macros/x.sql': '{% macro x() %}1{% endmacro %}',
  });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', other, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { stdio: 'pipe' });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'a');
  put('macros/y.sql', '');
  const {
    run,
    folder,
    put: write,
  } = project('depende', {
    'packages.yml': `packages:\n  - git: ${other}\n`,
    'models/m.sql': 'SELECT {{ ajuda.x() }} AS n',
  });
  expect((await run('parse')).code).toBe(2);
  expect(await run('deps')).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'dbt_packages/ajuda/macros/x.sql'))).toBe(true);
  expect((await run('parse')).code).toBe(0);
  write('packages.yml', 'packages:\n  - package: dono/nome\n');
  expect(await run('deps')).toMatchObject({ code: 2, text: expect.stringContaining('DBT_PACKAGE_HUB_URL') });
});

test('check finds wrong names and types where they are written, and writes the lineage', async () => {
  const { run, artifact, put } = project('verificado', {
    'seeds/bairro.csv': 'id,nome\n1,Centro\n',
    'models/base.sql':
      "{{ config(materialized='table') }}\nSELECT id, UPPER(nome) AS nome FROM {{ ref('bairro') }} WHERE id > 0",
    'models/fora.sql': 'SELECT nome FROM `rio.verificado.base`',
    'models/torto.sql': "{# um #}\nSELECT\n  b.nome,\n  b.preco\nFROM {{ ref('base') }} AS b",
    'models/depois.sql': "SELECT preco FROM {{ ref('torto') }}",
  });
  const wrong = await run('check');
  expect(wrong.text).toMatch(/models\/torto\.sql:4:5: error: .*preco/);
  expect(wrong.text).toContain('Not checked: model.cidade.depois: model.cidade.torto has faults');
  expect(wrong.code).toBe(1);
  put('models/torto.sql', "SELECT nome || '!' AS preco FROM {{ ref('base') }}");
  expect(await run('check')).toMatchObject({ code: 0, text: expect.stringContaining('0 errors') });
  const { nodes, edges } = artifact('lineage.json');
  const of = (name: string) => nodes.find((node: { name: string }) => node.name === name);
  expect(of('base')).toMatchObject({
    state: 'typed',
    columns: [
      { name: 'id', type: 'INT64', sources: [{ node: 'seed.cidade.bairro', column: 'id', uses: ['identity'] }] },
      {
        name: 'nome',
        type: 'STRING',
        sources: [{ node: 'seed.cidade.bairro', column: 'nome', uses: ['transformation'] }],
      },
    ],
    rows: [{ node: 'seed.cidade.bairro', column: 'id', uses: ['filter'] }],
  });
  expect(of('depois').columns[0].sources).toEqual([
    { node: 'model.cidade.torto', column: 'preco', uses: ['identity'] },
  ]);
  // Named outright, as old projects do.
  expect(edges).toContainEqual(['model.cidade.base', 'model.cidade.fora']);
});

test('watch tells of a saved file what is wrong with it', async () => {
  const { put, start } = project('vigiado', { 'models/a.sql': 'SELECT 1 AS id' });
  const stop = new AbortController();
  const { written, done } = start(stop.signal, 'watch');
  await expect.poll(() => written.text).toContain('Watching for changes');
  put('models/b.sql', "SELECT * FROM {{ ref('c') }}");
  await expect.poll(() => written.text).toMatch(/models\/b\.sql: error: .*'c' which was not found/);
  put('models/b.sql', "SELECT * FROM {{ ref('a') }}");
  await expect.poll(() => written.text).toMatch(/models\/b\.sql: read in \d+ ms: Found 2 models/);
  stop.abort();
  expect(await done).toBe(0);
});

test('projects of older versions of dbt are read with warnings that say where', async () => {
  const { run } = project('antigo', {
    'dbt_project.yml':
      'name: cidade\nprofile: rio\nconfig-version: 2\nsource-paths: [models]\nmacro-paths: [macros, tests/generic]\ntests:\nseeds:\n',
    'tests/generic/sempre.sql': '{% test sempre(model, column_name) %} SELECT 1 FROM {{ model }} {% endtest %}',
    'models/a.sql': 'SELECT 1 AS id',
    'models/schema.yml':
      'version: 2\nmodels:\n  - name: a\n    tests:\n    columns:\n      - name: id\n        tests: [sempre]\nsources:\n# - name: x\n',
  });
  const read = await run('parse');
  expect(read.code).toBe(0);
  expect(read.text).toMatch(/models\/schema\.yml:4:\d+: warning: "tests:" is empty/);
  expect(read.text).toMatch(/models\/schema\.yml:8:\d+: warning: "sources:" is empty/);
  expect(read.text).toContain("tests/generic/sempre.sql is in two of the project's paths");
  expect((await run('ls', '--resource-type', 'test', '--output', 'name')).text).toContain('sempre_a_id');
  const strict = await run('parse', '--strict');
  expect(strict.code).toBe(2);
  expect(strict.text).toMatch(/models\/schema\.yml:4:\d+: error: "tests:" is empty/);
});
