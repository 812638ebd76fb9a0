import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DbtProjects, openDbtProjects } from '../../src/models/dbt/testing.ts';
import { pythonWithClients } from '../clients/venv.ts';

/** dbt's own classes give the schemas, and read what we wrote. */
const VALIDATE = `
import json, sys, jsonschema
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.run import RunResultsArtifact
kinds = {"manifest": WritableManifest, "run_results": RunResultsArtifact, "catalog": CatalogArtifact, "sources": FreshnessExecutionResultArtifact}
for name, kind in kinds.items():
    document = json.load(open(sys.argv[1] + "/" + name + ".json"))
    for error in jsonschema.Draft202012Validator(kind.json_schema()).iter_errors(document):
        while error.context:
            error = min(error.context, key=lambda e: (-len(e.absolute_path), len(e.message)))
        print(name, "/".join(map(str, error.absolute_path)), error.message[:300])
    kind.from_dict(document)
`;

const found = pythonWithClients('dbt-requirements.txt');

let projects: DbtProjects;
beforeAll(async () => {
  projects = await openDbtProjects();
}, 60_000);
afterAll(() => projects?.close());

const FILES = {
  'dbt_project.yml': 'name: cidade\nprofile: rio\nmodels: {+persist_docs: {relation: true, columns: true}}\n',
  'seeds/bairro.csv': 'id,nome,criado\n1,Centro,2024-01-01\n2,Lapa,2024-01-02\n',
  'models/base.sql': "SELECT id, nome FROM {{ ref('bairro') }}",
  'models/total.sql':
    "{{ config(materialized='incremental', unique_key='id', post_hook='SELECT 1', group='dados', tags=['a']) }}\nSELECT id FROM {{ source('cru', 'fonte') }}",
  'models/passo.sql': "{{ config(materialized='ephemeral') }} SELECT 1 AS id",
  'models/v_v1.sql': 'SELECT 1 AS x',
  'models/v_v2.sql': "SELECT id AS x FROM {{ ref('passo') }}",
  'snapshots/guardado.sql':
    "{% snapshot guardado %}{{ config(unique_key='id', strategy='check', check_cols='all') }} SELECT * FROM {{ ref('bairro') }}{% endsnapshot %}",
  'tests/vazio.sql': "SELECT * FROM {{ ref('base') }} WHERE id < 0",
  'analyses/olhar.sql': "SELECT COUNT(*) FROM {{ ref('base') }}",
  'macros/dobro.sql': '{% macro dobro(x) %}{{ x }} * 2{% endmacro %}',
  'models/doc.md': '{% docs nome_do_bairro %}O nome.{% enddocs %}',
  'models/schema.yml': `
sources:
  - name: cru
    schema: artefatos
    tables:
      - name: fonte
        identifier: bairro
        loaded_at_field: CAST(criado AS TIMESTAMP)
        freshness: {warn_after: {count: 1, period: day}}
        columns: [{name: id, tests: [not_null]}]
models:
  - name: base
    description: os bairros
    columns:
      - {name: id, data_type: int64, tests: [unique, {accepted_values: {values: [1, 2], quote: false}}]}
      - {name: nome, description: "{{ doc('nome_do_bairro') }}", data_type: string, constraints: [{type: not_null}]}
    constraints: [{type: primary_key, columns: [id]}]
    config: {contract: {enforced: true}, access: public}
  - name: v
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
unit_tests:
  - name: conta
    model: base
    given: [{input: ref('bairro'), rows: [{id: 1, nome: a}]}]
    expect: {rows: [{id: 1, nome: a}]}
exposures:
  - name: painel
    type: dashboard
    owner: {name: Ana, email: ana@rio.br}
    depends_on:
      - ref('base')
      - source('cru', 'fonte')
groups:
  - {name: dados, owner: {name: Ana}}
semantic_models:
  - name: bairros
    model: ref('base')
    entities: [{name: bairro, type: primary, expr: id}]
    dimensions: [{name: nome, type: categorical}]
    measures: [{name: quantos, agg: count, expr: id}]
metrics:
  - {name: bairros, label: Bairros, type: simple, type_params: {measure: quantos}}
saved_queries:
  - name: todos
    query_params: {metrics: [bairros]}
`,
};

test.skipIf('missing' in found)(
  "artifacts are what dbt's schemas say",
  async () => {
    const { folder, run } = projects.open('artefatos', FILES);
    for (const words of [['seed'], ['build'], ['source', 'freshness'], ['docs', 'generate'], ['build']]) {
      const { text, code } = await run(...words);
      expect(code, text).toBe(0);
    }
    const python = 'python' in found ? found.python : '';
    expect(execFileSync(python, ['-c', VALIDATE, join(folder, 'target')], { encoding: 'utf8' })).toBe('');
  },
  120_000,
);
