import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/base/ids.ts';
import { dbt } from '../../src/models/dbt/dbt.ts';
import { parseProject } from '../../src/models/manifest.ts';
import { readProject } from '../../src/models/project.ts';
import { type IndirectSelection, select } from '../../src/models/select/select.ts';
import { Templates } from '../../src/models/templates.ts';
import { openTestWarehouse } from '../../src/warehouse/testing.ts';
import { pythonWithClients } from './venv.ts';

const found = pythonWithClients('dbt-requirements.txt');
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';
const MODELS = 180;
const SELECTORS = 200;

/** The same numbers every time: below `limit`. */
function chance(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Some 300 nodes: models in folders with tags, tests of one and of two of them, sources, seeds. */
function projectFiles(): Record<string, string> {
  const pick = chance(7);
  const files: Record<string, string> = {
    'dbt_project.yml':
      "name: cidade\nversion: '1.0.0'\nprofile: cidade\nmodels: {cidade: {d1: {+tags: [diario]}, d3: {+materialized: table}}}\n",
    'profiles.yml': 'cidade: {target: dev, outputs: {dev: {type: duckdb, path: ":memory:"}}}\n',
    'models/fontes.yml': `sources:\n${[0, 1, 2]
      .map((n) => `  - name: fonte${n}\n    tables: [${[0, 1, 2, 3].map((t) => `{name: t${t}}`).join(', ')}]\n`)
      .join('')}`,
  };
  for (let n = 0; n < 6; n++) files[`seeds/s${n}.csv`] = 'id\n1\n';
  const schema: string[] = [];
  for (let n = 0; n < MODELS; n++) {
    const reads = new Set<string>();
    for (let count = pick(3); count >= 0; count--) {
      const kind = pick(10);
      if (n === 0 || kind === 0) reads.add(`source('fonte${pick(3)}', 't${pick(4)}')`);
      else if (kind === 1) reads.add(`ref('s${pick(6)}')`);
      else reads.add(`ref('m${Math.max(0, n - 1 - pick(12))}')`);
    }
    const tags = pick(3) === 0 ? `{{ config(tags=['t${pick(4)}']) }}` : '';
    files[`models/d${n % 5}/${n % 2 === 0 ? 'par' : 'impar'}/m${n}.sql`] =
      `${tags} select 1 as id ${[...reads].map((read) => `-- {{ ${read} }}`).join(' ')}`;
    const both = pick(4) === 0 && n > 5 ? `, {relationships: {to: ref('m${pick(n)}'), field: id}}` : '';
    if (pick(2) === 0) schema.push(`  - {name: m${n}, columns: [{name: id, tests: [not_null${both}]}]}`);
  }
  files['models/schema.yml'] = `models:\n${schema.join('\n')}\n`;
  files['tests/dois.sql'] = "select * from {{ ref('m3') }} join {{ ref('m9') }} using (id) where false";
  return files;
}

interface Asked {
  readonly select: string[];
  readonly exclude: string[];
  readonly indirect: IndirectSelection;
}

function selectors(): Asked[] {
  const pick = chance(42);
  const one = <Item>(items: readonly Item[]): Item => items[pick(items.length)] as Item;
  const model = () => `m${pick(MODELS)}`;
  const base = () =>
    one([
      model,
      model,
      model,
      () => `d${pick(5)}`,
      () => `d${pick(5)}.${one(['par', 'impar'])}`,
      () => `d${pick(5)}.par.m*`,
      () => `m1?`,
      () => `cidade.d${pick(5)}`,
      () => `tag:${one(['diario', 't0', 't1', 't2', 't*'])}`,
      () => `path:models/d${pick(5)}`,
      () => `models/d${pick(5)}/par`,
      () => `file:${model()}.sql`,
      () => `source:fonte${pick(3)}`,
      () => `source:fonte${pick(3)}.t${pick(4)}`,
      () => `config.materialized:${one(['table', 'view', 'seed'])}`,
      () => `resource_type:${one(['seed', 'test', 'source', 'model'])}`,
      () => `test_type:${one(['generic', 'singular'])}`,
      () => `test_name:${one(['not_null', 'relationships'])}`,
      () => `package:${one(['cidade', 'this'])}`,
      () => `s${pick(6)}`,
    ])();
  const word = () => {
    const kind = pick(8);
    if (kind === 0) return `@${model()}`;
    const depth = () => (pick(3) === 0 ? String(1 + pick(3)) : '');
    const before = kind < 4 ? `${depth()}+` : '';
    const after = kind > 1 && kind < 6 ? `+${depth()}` : '';
    return `${before}${base()}${after}`;
  };
  const words = () => Array.from({ length: 1 + pick(2) }, () => (pick(4) === 0 ? `${word()},${word()}` : word()));
  return Array.from({ length: SELECTORS }, () => ({
    select: pick(12) === 0 ? [] : words(),
    exclude: pick(3) === 0 ? words() : [],
    indirect: one(['eager', 'eager', 'cautious', 'buildable', 'empty'] as const),
  }));
}

describe.skipIf('missing' in found)(`dbt-core beside ours${reason}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'arcos-dbtcore-'));
    put(projectFiles());
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function put(files: Readonly<Record<string, string>>, within = folder): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(within, name)), { recursive: true });
      writeFileSync(join(within, name), text);
    }
  }

  /** What a script of python/ prints after `mark`. */
  function answers(script: string, argument: string, mark: string, input = ''): Promise<unknown> {
    const python = 'python' in found ? found.python : '';
    const env = { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', PYTHONDONTWRITEBYTECODE: '1' };
    return new Promise((resolve, reject) => {
      const path = join(import.meta.dirname, 'python', script);
      const options = { env, cwd: folder, timeout: 280_000, maxBuffer: 50_000_000 };
      const child = execFile(python, [path, argument], options, (error, stdout, stderr) => {
        const line = stdout.split('\n').find((each) => each.startsWith(mark));
        if (line === undefined) reject(error ?? new Error(stdout + stderr));
        else resolve(JSON.parse(line.slice(mark.length)));
      });
      child.stdin?.end(input);
    });
  }

  test(`${SELECTORS} selectors choose the same nodes`, { timeout: 300_000 }, async () => {
    const { manifest } = parseProject(
      await readProject(folder),
      {
        id: newId(),
        startedAt: new Date(),
        command: 'list',
        target: { name: 'dev', project: 'rio', dataset: 'main', threads: 1 },
        vars: {},
        fullRefresh: false,
        failFast: false,
        storeFailures: false,
        environment: {},
      },
      new Templates(),
    );
    if (manifest === undefined) throw new Error('the project cannot be read');
    expect(manifest.nodes.size).toBeGreaterThan(290);
    const asked = selectors();
    const words = asked.map(({ select: wanted, exclude, indirect }) => [
      ...(wanted.length === 0 ? [] : ['--select', ...wanted]),
      ...(exclude.length === 0 ? [] : ['--exclude', ...exclude]),
      '--indirect-selection',
      indirect,
    ]);
    const theirs = await answers('selected.py', folder, 'ANSWERS', JSON.stringify(words));
    // Tests end with a hash of dbt's own objects.
    const plain = (ids: Iterable<string>) =>
      [...ids].map((id) => id.replace(/^(test\..*)\.[0-9a-f]{10}$/, '$1')).sort();
    const ours = asked.map((one) => plain(select(manifest.graph, manifest.project, one)));
    const line = (sets: readonly (readonly string[] | string)[]) =>
      sets.map((set, index) => `${words[index]?.join(' ')}: ${typeof set === 'string' ? set : plain(set).join(' ')}`);
    expect(line(ours)).toEqual(line(theirs as string[][]));
    expect(ours.filter((set) => set.length > 0).length).toBeGreaterThan(SELECTORS / 2);
  });

  test('artifacts keep to dbt’s schemas', { timeout: 300_000 }, async () => {
    const open = await openTestWarehouse();
    const project = join(folder, 'artefatos');
    try {
      put(
        {
          'dbt_project.yml': 'name: cidade\nprofile: cidade\n',
          'profiles.yml': 'cidade: {target: dev, outputs: {dev: {type: arcos, project: rio, dataset: artefatos}}}\n',
          'models/a.sql': "{{ config(materialized='table', tags=['x']) }} select 1 as id, current_timestamp() as em",
          'models/b.sql': "select id from {{ ref('a') }}",
          'models/s.yml':
            'models: [{name: a, description: d, columns: [{name: id, tests: [not_null, unique]}]}]\nsources: [{name: artefatos, loaded_at_field: em, freshness: {warn_after: {count: 1, period: day}}, tables: [{name: a}]}]\n',
          'seeds/c.csv': 'id\n1\n',
          'snapshots/h.sql':
            "{% snapshot h %}{{ config(strategy='check', unique_key='id', check_cols=['id']) }} select id from {{ ref('b') }}{% endsnapshot %}",
          'tests/t.sql': "select * from {{ ref('b') }} where id > 1",
          'analyses/n.sql': 'select 1',
        },
        project,
      );
      const client = open.warehouse.client(open.editor);
      for (const line of [
        'docs generate --no-compile',
        'build',
        'source freshness',
        'docs generate --no-compile',
        'build',
      ]) {
        let text = '';
        const code = await dbt({
          words: line.split(' '),
          directory: project,
          environment: {},
          fallback: () => undefined,
          warehouse: () => client,
          write: (more) => {
            text += more;
          },
          signal: new AbortController().signal,
        });
        expect(code, text).toBe(0);
      }
    } finally {
      await open.close();
    }
    expect(await answers('artifacts.py', join(project, 'target'), 'FAULTS')).toEqual([]);
  });
});
