import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ArcosError } from '../../src/base/errors.ts';
import { pythonWithClients } from '../../test/clients/venv.ts';
import type { BenchCase } from '../case.ts';
import { temporaryFolder } from '../folder.ts';

const MODELS = 1000;
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const run = promisify(execFile);

/** Whole commands: start of the process, reading, parsing, manifest.json. Neither keeps anything from the last one. */
export const bench: BenchCase = {
  describe: `a project of ${MODELS} models: arcos dbt parse / dbt-core parse --no-partial-parse`,
  rounds: 3,
  async prepare() {
    const found = pythonWithClients('dbt-requirements.txt');
    if ('missing' in found) throw new ArcosError('UNAVAILABLE', `There is no dbt-core: ${found.missing}`);
    await using opening = new AsyncDisposableStack();
    const folder = await temporaryFolder(opening);
    await writeProject(folder);
    const place = ['parse', '--no-partial-parse', '--project-dir', folder, '--profiles-dir'];
    const env = { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };
    const opened = opening.move();
    return {
      async ours() {
        await run(process.execPath, [MAIN, 'dbt', ...place, join(folder, 'ours')], { env });
      },
      async peer() {
        await run(join(found.python, '..', 'dbt'), [...place, join(folder, 'theirs'), '--no-version-check'], { env });
      },
      close: () => opened.disposeAsync(),
    };
  },
};

/** Ten layers; each model reads two of the layer before; a schema file describes a hundred. */
async function writeProject(folder: string): Promise<void> {
  const put = async (name: string, text: string) => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  await put('dbt_project.yml', "name: synth\nversion: '1.0'\nprofile: synth\nmodels: {synth: {+materialized: view}}\n");
  const output = (settings: string) => `synth: {target: dev, outputs: {dev: {${settings}, threads: 2}}}\n`;
  await put('ours/profiles.yml', output('type: arcos, project: synth, dataset: synth'));
  await put('theirs/profiles.yml', output('type: duckdb, path: ":memory:"'));
  const layer = MODELS / 10;
  for (let n = 0; n < MODELS; n++) {
    const depth = Math.floor(n / layer);
    const above = (offset: number) => `{{ ref('m${(depth - 1) * layer + ((n + offset) % layer)}') }}`;
    const config = `{{ config(materialized='view', tags=['l${depth}']) }}\n`;
    const sql =
      depth === 0
        ? `select ${n} as id, 'v${n}' as v\n`
        : `select a.id, b.v from ${above(0)} a cross join ${above(1)} b\n`;
    await put(`models/l${depth}/m${n}.sql`, config + sql);
  }
  for (let first = 0; first < MODELS; first += 100) {
    const models = Array.from(
      { length: 100 },
      (_, index) =>
        `  - name: m${first + index}\n    description: model ${first + index}\n    columns:\n      - {name: id, description: the id}\n      - {name: v, description: the value}\n`,
    );
    await put(`models/schema_${first / 100}.yml`, `version: 2\nmodels:\n${models.join('')}`);
  }
}
