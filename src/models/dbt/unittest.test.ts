import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DbtProjects, openDbtProjects } from './testing.ts';

let projects: DbtProjects;
beforeAll(async () => {
  projects = await openDbtProjects();
}, 60_000);
afterAll(() => projects?.close());

const FILES = {
  'seeds/chamado.csv': 'id,bairro,total\n1,Centro,10\n2,Lapa,5\n',
  'models/soma.sql': [
    "{{ config(materialized='incremental', unique_key='bairro') }}",
    "SELECT bairro, SUM(total) * {{ var('fator', 1) }} AS total, '{{ env_var(\"CONJUNTO\") }}' AS onde",
    "FROM {{ ref('chamado') }}",
    '{% if is_incremental() %}WHERE bairro NOT IN (SELECT bairro FROM {{ this }}){% endif %}',
    'GROUP BY bairro',
  ].join('\n'),
  'tests/fixtures/entrada.csv': 'id,bairro,total\n1,Lapa,2\n2,Lapa,\n3,Gávea,7\n',
};

const given = (rows: string) => `    given: [{input: ref('chamado'), ${rows}}]\n`;

test('unit tests: formats, fixtures, overrides, and a build that waits for them', async () => {
  const { run, artifact, put } = projects.open('unidade', {
    ...FILES,
    'models/unit.yml': [
      'unit_tests:',
      '  - name: soma_por_bairro',
      '    model: soma',
      '    overrides: {vars: {fator: 3}, env_vars: {CONJUNTO: outro}}',
      "    given:\n      - {input: ref('chamado'), format: csv, fixture: entrada}",
      '    expect:',
      '      rows:',
      '        - {bairro: Gávea, total: 21, onde: outro}',
      '        - {bairro: Lapa, total: 6, onde: outro}',
      '  - name: so_o_novo',
      '    model: soma',
      '    overrides: {macros: {is_incremental: true}}',
      '    given:',
      "      - {input: ref('chamado'), rows: [{bairro: Lapa, total: 1}, {bairro: Centro, total: 4}]}",
      '      - {input: this, rows: [{bairro: Lapa}]}',
      '    expect:',
      '      format: sql',
      "      rows: SELECT 'Centro' AS bairro, 4 AS total, 'unidade' AS onde",
      '  - name: errado',
      '    model: soma',
      `${given('rows: [{bairro: Lapa, total: 1}]')}    expect: {rows: [{bairro: Lapa, total: 2}]}`,
      '',
    ].join('\n'),
  });
  expect((await run('seed')).code).toBe(0);
  const built = await run('build');
  expect(built.text).toMatch(/PASS soma::soma_por_bairro \.+ \[PASS in /);
  expect(built.text).toMatch(/PASS soma::so_o_novo /);
  expect(built.text).toMatch(/Failure in unit_test errado \(models\/unit\.yml\)/);
  expect(built.text).toContain('+++,Lapa,1');
  expect(built.text).toContain('---,Lapa,2');
  // The model is not made while a test of it fails.
  expect(built.text).toMatch(/SKIP relation unidade\.soma/);
  expect(built.code).toBe(1);
  expect(Object.keys(artifact('manifest.json').unit_tests)).toContain('unit_test.cidade.soma.errado');
  expect(artifact('run_results.json').results.map((result: { unique_id: string }) => result.unique_id)).toContain(
    'unit_test.cidade.soma.errado',
  );
  expect((await run('test', '-s', 'test_type:unit', '--exclude', 'errado')).code).toBe(0);
  expect((await run('ls', '--resource-type', 'unit_test', '--output', 'name')).text.trim().split('\n')).toHaveLength(3);
  put(
    'models/unit.yml',
    `unit_tests:\n  - name: sem_tabela\n    model: soma\n${given('rows: [{baiiro: Lapa}]')}    expect: {rows: []}\n`,
  );
  const strange = await run('test', '-s', 'test_type:unit');
  expect(strange.text).toContain('have a column "baiiro", which its table has not');
});
