import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DbtProjects, openDbtProjects } from './testing.ts';

let projects: DbtProjects;
beforeAll(async () => {
  projects = await openDbtProjects();
}, 60_000);
afterAll(() => projects?.close());

const EVENTS = (rows: readonly string[]) =>
  `{{ config(materialized='table', event_time='quando') }} SELECT * FROM UNNEST([${rows
    .map((row) => `STRUCT(${row.split(' ')[0]} AS id, TIMESTAMP '${row.split(' ')[1]} 10:00:00+00' AS quando)`)
    .join(', ')}])`;

test('microbatch: a batch a day, those that are due again, only those that are asked for', async () => {
  const { run, put, rows } = projects.open('lotes', {
    'models/evento.sql': EVENTS(['1 2024-01-01', '2 2024-01-02', '3 2024-01-03']),
    'models/dia.sql':
      "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='quando', batch_size='day', begin='2024-01-01') }} SELECT id, quando FROM {{ ref('evento') }}",
  });
  const ids = async () => (await rows('SELECT id FROM lotes.dia ORDER BY id')).map(({ id }) => id);
  const until = ['--event-time-end', '2024-01-04'];
  const first = await run('run', ...until);
  expect(first.text).toContain('MERGE (3 batches');
  expect(await ids()).toEqual([1, 2, 3]);
  // What changed long ago is not looked at; yesterday is, by the lookback.
  put('models/evento.sql', EVENTS(['9 2024-01-01', '3 2024-01-03', '33 2024-01-03', '4 2024-01-04']));
  expect((await run('run', '--event-time-end', '2024-01-04 12:00:00')).text).toContain('MERGE (2 batches');
  expect(await ids()).toEqual([1, 2, 3, 4, 33]);
  expect((await run('run', '--event-time-start', '2024-01-01', '--event-time-end', '2024-01-02')).code).toBe(0);
  expect(await ids()).toEqual([2, 3, 4, 9, 33]);
  put('models/dia.sql', "{{ config(materialized='incremental', incremental_strategy='microbatch') }} SELECT 1 AS id");
  expect((await run('run', '-s', 'dia')).text).toContain('The microbatch model "dia" has no event_time');
});

test('a contract is held before anything is built', async () => {
  const { run, put, rows } = projects.open('contratos', {
    'models/a.sql': "{{ config(materialized='table') }} SELECT 'x' AS nome, 1 AS id",
    'models/schema.yml':
      'models: [{name: a, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int64, constraints: [{type: not_null}]}, {name: nome, data_type: string}]}]\n',
  });
  expect(await run('run')).toMatchObject({ code: 0 });
  // In the order of the contract.
  expect(Object.keys((await rows('SELECT * FROM contratos.a'))[0] ?? {})).toEqual(['id', 'nome']);
  put('models/a.sql', "{{ config(materialized='table') }} SELECT 1.5 AS id, 2 AS outro");
  const wrong = await run('run');
  expect(wrong.code).toBe(1);
  expect(wrong.text).toContain('| id | FLOAT64 | INT64 | data type mismatch |');
  expect(wrong.text).toContain('| nome |  | STRING | missing in definition |');
  expect(wrong.text).toContain('| outro | INT64 |  | missing in contract |');
  expect((await rows('SELECT nome FROM contratos.a'))[0]).toEqual({ nome: 'x' });
});

test('clone copies what another target has made', async () => {
  const { run, rows, put } = projects.open('original', {
    'models/t.sql': "{{ config(materialized='table') }} SELECT 7 AS n",
    'models/v.sql': "SELECT n FROM {{ ref('t') }}",
  });
  expect((await run('run', '--target-path', 'antes')).code).toBe(0);
  put('profiles.yml', 'rio: {target: dev, outputs: {dev: {type: arcos, project: rio, dataset: copia, threads: 2}}}\n');
  const cloned = await run('clone', '--state', 'antes');
  expect(cloned.text).toContain('OK cloned copia.t');
  expect(cloned.code).toBe(0);
  expect(await rows('SELECT n FROM copia.v')).toEqual([{ n: 7 }]);
  expect((await run('clone', '--state', 'antes')).text).toContain('Relation copia.t already exists');
});

test('a table becomes a view and a view a table', async () => {
  const { run, put, rows } = projects.open('troca', {
    'models/a.sql': "{{ config(materialized='table') }} SELECT 1 AS n",
  });
  const kind = async () =>
    (await rows("SELECT table_type AS t FROM troca.INFORMATION_SCHEMA.TABLES WHERE table_name = 'a'"))[0]?.['t'];
  for (const [materialized, expected] of [
    ['table', 'BASE TABLE'],
    ['view', 'VIEW'],
    ['view', 'VIEW'],
    ['table', 'BASE TABLE'],
  ]) {
    put('models/a.sql', `{{ config(materialized='${materialized}') }} SELECT 1 AS n`);
    const { code, text } = await run('run');
    expect(code, text).toBe(0);
    expect(await kind()).toBe(expected);
  }
});

test('views that would read each other are refused', async () => {
  const { run, put } = projects.open('anel', {
    'models/a.sql': 'SELECT 1 AS n',
    'models/b.sql': 'SELECT n FROM anel.a',
  });
  expect((await run('run')).code).toBe(0);
  put('models/a.sql', 'SELECT n FROM anel.b');
  // Names written out are seen too: the project is refused before the warehouse is asked.
  expect((await run('run')).text).toContain('These wait for each other');
});
