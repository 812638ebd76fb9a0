import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DbtProjects, openDbtProjects } from './testing.ts';

let projects: DbtProjects;
beforeAll(async () => {
  projects = await openDbtProjects();
}, 60_000);
afterAll(() => projects?.close());

/** A package in the manner of those that everybody uses: it dispatches, looks at relations, and asks the warehouse. */
const PACKAGE = `
{% macro valores(tabela, coluna, padrao=none) -%}
  {{ return(adapter.dispatch('valores', 'ajuda')(tabela, coluna, padrao)) }}
{%- endmacro %}
{% macro default__valores(tabela, coluna, padrao) -%}
  {%- if not execute -%}{{ return([]) }}{%- endif -%}
  {%- if not (tabela is mapping and tabela.get('metadata', {}).get('type', '').endswith('Relation')) -%}
    {%- do exceptions.raise_compiler_error('no relation: ' ~ tabela) -%}
  {%- endif -%}
  {%- set existe = load_relation(tabela) is not none -%}
  {%- call statement('valores', fetch_result=true) -%}
    {%- if not existe -%}{{ return(padrao) }}{%- endif -%}
    SELECT {{ coluna }} AS v FROM {{ tabela }} GROUP BY 1 ORDER BY 1
  {%- endcall -%}
  {%- set lista = load_result('valores') -%}
  {{ return(lista['data'] | map(attribute=0) | list if lista and lista['data'] else padrao) }}
{%- endmacro %}
{% macro menos(tabela, fora=[]) -%}
  {%- for coluna in adapter.get_columns_in_relation(tabela) if coluna.column not in fora -%}
    {{ coluna.quoted }}{{ ', ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}
{% macro soma_por(coluna, valores) -%}
  {%- for v in valores -%}
    SUM(CASE WHEN {{ coluna }} = {{ dbt.string_literal(v) }} THEN 1 ELSE 0 END) AS {{ adapter.quote(v) }}{{ ',' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}
{% test entre(model, column_name, minimo=none, maximo=none) %}
SELECT * FROM {{ model }} WHERE NOT ({{ column_name }} >= {{ minimo }}{% if maximo is not none %} AND {{ column_name }} <= {{ maximo }}{% endif %})
{% endtest %}
{% macro como_dict(consulta) -%}
  {%- set achado = run_query(consulta) -%}
  {%- set d = {} -%}
  {%- for c in achado.column_names -%}{%- do d.update({c: achado.columns[c].values()}) -%}{%- endfor -%}
  {{ return(d) }}
{%- endmacro %}
`;

test('packages: dispatch, relations as mappings, results, and the macros of dbt itself', async () => {
  const { run, rows } = projects.open('pacotes', {
    'packages.yml': 'packages: [{local: ./ajuda}]\n',
    'ajuda/dbt_project.yml': 'name: ajuda\n',
    'ajuda/macros/tudo.sql': PACKAGE,
    'seeds/chamado.csv': 'id,tipo\n1,luz\n2,lixo\n3,luz\n',
    'models/girado.sql':
      "SELECT {{ ajuda.soma_por('tipo', ajuda.valores(ref('chamado'), 'tipo')) }} FROM {{ ref('chamado') }}",
    'models/resto.sql':
      "SELECT {{ ajuda.menos(ref('chamado'), ['tipo']) }}, {{ ajuda.valores(api.Relation.create(database='rio', schema='pacotes', identifier='nada'), 'x', ['p']) | join }} AS p FROM {{ ref('chamado') }} CROSS JOIN (SELECT 5 AS p)",
    'models/dias.sql': "{{ dbt.date_spine('day', \"DATE '2024-01-01'\", \"DATE '2024-01-04'\") }}",
    'models/chave.sql':
      "{% set d = ajuda.como_dict('SELECT 7 AS n') if execute else {'n': [0]} %}SELECT {{ dbt.hash(dbt.concat([\"'a'\", \"'b'\"])) }} AS h, {{ d['n'][0] }} AS n, {{ dbt.date(2024, 1, 2) }} AS d, {{ dbt.split_part(\"'a-b'\", \"'-'\", 2) }} AS p",
    'models/schema.yml':
      'models: [{name: resto, columns: [{name: id, tests: [{ajuda.entre: {minimo: 1, maximo: 3}}]}]}]\n',
  });
  expect((await run('seed')).code).toBe(0);
  const { code, text } = await run('build');
  expect(code, text).toBe(0);
  expect(await rows('SELECT * FROM pacotes.girado')).toEqual([{ lixo: 1, luz: 2 }]);
  expect(await rows('SELECT COUNT(*) AS n FROM pacotes.dias')).toEqual([{ n: 3 }]);
  expect(await rows('SELECT n, CAST(d AS STRING) AS d, p, LENGTH(h) AS l FROM pacotes.chave')).toEqual([
    { n: 7, d: '2024-01-02', p: 'b', l: 32 },
  ]);
  expect(text).toMatch(/PASS ajuda_entre_resto_id__3__1 /);
});
