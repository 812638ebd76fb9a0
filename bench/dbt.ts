import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ArcosError } from '../src/base/errors.ts';
import { pythonWithClients } from '../test/clients/venv.ts';
import { setup } from '../test/support/postgres.ts';
import { temporaryFolder } from './folder.ts';
import { serveWarehouse } from './warehouse.ts';

/** Models of the project; the variable makes it small to try a case. */
export const MODELS = Number(process.env['ARCOS_BENCH_MODELS'] ?? 1000);
const START = join(import.meta.dirname, '..', 'src', 'cli', 'start.ts');
const run = promisify(execFile);

/** Prints the most memory that a command and its children had, in KB, after what it printed itself. */
const MEASURED = `import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print("MAXRSS", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)`;

/** One project, and both programs that understand it. */
export interface DbtBench {
  readonly folder: string;
  /** `arcos dbt` with these words; the last run's memory in MB. */
  ours(...words: string[]): Promise<number>;
  /** dbt-core with these. */
  peer(...words: string[]): Promise<number>;
  close(): Promise<void>;
}

/** `warehouse`: with a server of Arcos to build in; dbt-core builds in a DuckDB file. */
export async function openDbtBench(options: { warehouse: boolean }): Promise<DbtBench> {
  const found = pythonWithClients('dbt-requirements.txt');
  if ('missing' in found) throw new ArcosError('UNAVAILABLE', `There is no dbt-core: ${found.missing}`);
  await using opening = new AsyncDisposableStack();
  const folder = await temporaryFolder(opening);
  await writeProject(folder);
  const connection: string[] = [];
  if (options.warehouse) {
    opening.defer(await setup());
    const { key, origin } = await serveWarehouse(opening);
    await writeFile(join(folder, 'key'), key);
    connection.push('--server', origin, '--key-file', join(folder, 'key'));
  }
  const env = { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };
  const measured = async (program: readonly string[]) => {
    const { stdout } = await run(found.python, ['-c', MEASURED, ...program], { env, maxBuffer: 2 ** 28 }).catch(
      (error: { stdout?: string; stderr?: string }) => {
        throw new ArcosError('STATE', `${program[1]} failed: ${error.stdout?.slice(-2000)}${error.stderr}`);
      },
    );
    return Math.round(Number(/MAXRSS (\d+)/.exec(stdout)?.[1]) / 1024);
  };
  const place = (who: string) => ['--project-dir', folder, '--profiles-dir', join(folder, who)];
  const opened = opening.move();
  return {
    folder,
    ours: (...words) =>
      measured([process.execPath, START, 'dbt', ...connection, ...words, ...place('ours'), '--target-path', 'of-ours']),
    peer: (...words) =>
      measured([
        join(found.python, '..', 'dbt'),
        '--no-version-check',
        ...words,
        ...place('theirs'),
        ...['--target-path', join(folder, 'of-theirs'), '--log-path', join(folder, 'logs-of-theirs')],
      ]),
    close: () => opened.disposeAsync(),
  };
}

/** Ten layers; each model reads two of the layer before; a schema file describes a hundred. */
async function writeProject(folder: string): Promise<void> {
  const put = async (name: string, text: string) => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  await put('dbt_project.yml', "name: synth\nversion: '1.0'\nprofile: synth\nmodels: {synth: {+materialized: view}}\n");
  const output = (settings: string) => `synth: {target: dev, outputs: {dev: {${settings}, threads: 2}}}\n`;
  await put('ours/profiles.yml', output('type: arcos, project: rio, dataset: synth'));
  await put('theirs/profiles.yml', output(`type: duckdb, path: "${join(folder, 'theirs.duckdb')}"`));
  const layer = Math.max(1, Math.floor(MODELS / 10));
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
      { length: Math.min(100, MODELS - first) },
      (_, index) =>
        `  - name: m${first + index}\n    description: model ${first + index}\n    columns:\n      - {name: id, description: the id}\n      - {name: v, description: the value}\n`,
    );
    await put(`models/schema_${first / 100}.yml`, `version: 2\nmodels:\n${models.join('')}`);
  }
}

/** `parse`, `compile`, `run` as a pair of a bench case; the most memory of both is told when it closes. */
export async function dbtPair(options: { words: readonly string[]; warehouse: boolean }) {
  const bench = await openDbtBench(options);
  const memory = { ours: 0, peer: 0 };
  return {
    async ours() {
      memory.ours = Math.max(memory.ours, await bench.ours(...options.words));
    },
    async peer() {
      memory.peer = Math.max(memory.peer, await bench.peer(...options.words));
    },
    async close() {
      const verdict = memory.ours <= memory.peer ? 'met' : 'MISSED';
      console.log(`  memory ours ${memory.ours} MB, peer ${memory.peer} MB; bar no more than the peer's: ${verdict}`);
      await bench.close();
    },
  };
}
