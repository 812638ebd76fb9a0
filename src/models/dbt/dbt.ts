import { rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { ArcosError, asArcosError } from '../../base/errors.ts';
import { formatFault } from '../../base/fault.ts';
import { newId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { WarehouseClient } from '../../warehouse/port.ts';
import { catalogJson } from '../artifacts/catalog.ts';
import { manifestJson } from '../artifacts/manifest.ts';
import { runResultsJson } from '../artifacts/runresults.ts';
import { writeArtifact, writeQueries } from '../artifacts/write.ts';
import { type Command, type CommandResult, execute, listNodes } from '../command.ts';
import { checkFreshness, sourcesJson } from '../freshness.ts';
import { DBT_VERSION, type Invocation, type Target } from '../invocation.ts';
import { type Manifest, parseProject } from '../manifest.ts';
import type { ResourceType } from '../node.ts';
import { readProject } from '../project.ts';
import { describeManifest } from '../report.ts';
import { parseWords } from '../rpc/commandline.ts';
import { asRpcFault, RpcFault } from '../rpc/fault.ts';
import { runOperation } from '../rpc/operation.ts';
import { textsOf } from '../rpc/params.ts';
import { runSql } from '../rpc/sql.ts';
import { selectionFrom } from '../selection.ts';
import { readPrevious } from '../state.ts';
import { Templates } from '../templates.ts';
import { listOf, mapOf, readYaml, textOf, type YamlMap } from '../yaml.ts';
import { consoleLog } from './console.ts';
import { installPackages } from './deps.ts';
import { listed } from './list.ts';
import { targetOf } from './profile.ts';
import { textTable } from './texttable.ts';

export interface DbtOptions {
  /** What follows `arcos dbt`. */
  readonly words: readonly string[];
  /** The folder the command was given in. */
  readonly directory: string;
  readonly environment: Invocation['environment'];
  /** The target of a project that has no profiles.yml. */
  readonly fallback: (project: string) => Target | undefined;
  /** Called by the commands that need one. */
  readonly warehouse: () => WarehouseClient;
  readonly write: (text: string) => void;
  readonly signal: AbortSignal;
}

/** dbt's exit codes: done; a node failed; the command could not be carried out. */
export const EXIT = { done: 0, failed: 1, broken: 2 } as const;

/** One command of dbt over a project on disk, with dbt's lines, artifacts and exit codes. */
export async function dbt(options: DbtOptions): Promise<number> {
  const { environment, write, signal } = options;
  let log = consoleLog({ write, logFolder: undefined, quiet: false, debug: false });
  try {
    const { method, params, local } = parseWords(options.words);
    const folder = resolve(options.directory, textOf(local['project_dir']) ?? environment['DBT_PROJECT_DIR'] ?? '.');
    const place = (name: string, otherwise: string) =>
      resolve(folder, textOf(local[name]) ?? environment[`DBT_${name.toUpperCase()}`] ?? otherwise);
    log = consoleLog({
      write,
      logFolder: place('log_path', 'logs'),
      quiet: local['quiet'] === true || method === 'list',
      debug: local['debug'] === true,
    });
    const work = new DbtCommand(options, {
      method,
      params,
      local,
      folder,
      target: place('target_path', 'target'),
      log,
    });
    return await work.run();
  } catch (thrown) {
    if (signal.aborted) {
      log.error('Cancelled: what was under way has been stopped');
      return EXIT.broken;
    }
    if (!(thrown instanceof RpcFault) && asArcosError(thrown).code === 'INTERNAL') throw thrown;
    const { data, message } = asRpcFault(thrown);
    log.error('Encountered an error:');
    for (const line of String(data?.['message'] ?? message).split('\n')) log.error(line);
    return EXIT.broken;
  }
}

interface Asked {
  readonly method: string;
  readonly params: YamlMap;
  readonly local: YamlMap;
  /** Of the project. */
  readonly folder: string;
  /** Of artifacts. */
  readonly target: string;
  readonly log: Log;
}

const COMMANDS: readonly string[] = ['run', 'test', 'build', 'seed', 'snapshot', 'compile'] satisfies Command['name'][];

class DbtCommand {
  readonly #options: DbtOptions;
  readonly #asked: Asked;

  constructor(options: DbtOptions, asked: Asked) {
    this.#options = options;
    this.#asked = asked;
  }

  async run(): Promise<number> {
    const { method, folder, log } = this.#asked;
    const { environment, signal } = this.#options;
    if (method !== 'list') log.info(`Running with dbt=${DBT_VERSION} (arcos)`);
    if (method === 'clean') return this.#clean();
    if (method === 'deps') {
      await installPackages({ directory: folder, environment, log, signal });
      return EXIT.done;
    }
    if (method === 'retry') return this.#retry();
    const invocation = await this.#invocation();
    if (method === 'debug') return this.#debug(invocation);
    return this.#withProject(invocation, await this.#parse(invocation));
  }

  async #invocation(): Promise<Invocation> {
    const { method, params, local, folder } = this.#asked;
    const { environment } = this.#options;
    const found = await targetOf({
      directory: folder,
      profilesDir: textOf(local['profiles_dir']),
      profile: textOf(local['profile']),
      target: textOf(local['target']),
      vars: mapOf(params['vars']),
      environment,
    });
    const target = found ?? this.#options.fallback(folder);
    if (target === undefined) {
      throw new ArcosError('CONFIG', `There is no profiles.yml for ${folder}`, {
        hint: 'Write one with a target of type arcos, project and dataset, or name the folder as models of a namespace in arcos.toml.',
      });
    }
    const threads = Number(params['threads'] ?? target.threads);
    return {
      id: newId(),
      startedAt: new Date(),
      command: method,
      target: { ...target, threads: threads > 0 ? threads : target.threads },
      vars: mapOf(params['vars']),
      fullRefresh: params['full_refresh'] === true,
      failFast: params['fail_fast'] === true,
      storeFailures: params['store_failures'] === true,
      environment,
    };
  }

  async #parse(invocation: Invocation): Promise<Manifest> {
    const { folder, log, local } = this.#asked;
    const { manifest, faults } = parseProject(await readProject(folder), invocation, new Templates());
    const wrong = manifest === undefined || local['strict'] === true ? (manifest?.warnings ?? faults) : [];
    for (const warning of manifest?.warnings ?? []) log.warn(formatFault(warning));
    if (manifest !== undefined && wrong.length === 0) return manifest;
    throw new ArcosError('INVALID', ['Compilation Error', ...wrong.map((fault) => formatFault(fault))].join('\n'));
  }

  async #withProject(invocation: Invocation, manifest: Manifest): Promise<number> {
    const { method, params, local, target, log } = this.#asked;
    const { warehouse, write, signal } = this.#options;
    const artifact = (name: string, value: unknown) =>
      local['no_write_json'] === true ? Promise.resolve() : writeArtifact(target, name, value);
    if (method === 'parse') {
      await artifact('manifest.json', manifestJson(manifest, invocation));
      return EXIT.done;
    }
    if (method === 'list') {
      const selection = await this.#selection(manifest);
      const nodes = listNodes(manifest, selection, textsOf(params['resource_types']));
      for (const item of listed(nodes, textOf(params['output']) ?? 'selector', textsOf(params['output_keys']))) {
        write(`${typeof item === 'string' ? item : JSON.stringify(item)}\n`);
      }
      return EXIT.done;
    }
    const tools = { manifest, invocation, warehouse: warehouse(), log, signal };
    if (method === 'run-operation') {
      await runOperation(params, tools);
      return EXIT.done;
    }
    if (method === 'show') return this.#show(tools);
    if (method === 'source-freshness') {
      const started = performance.now();
      const results = await checkFreshness(await this.#selection(manifest), tools);
      await artifact('sources.json', sourcesJson(results, invocation, (performance.now() - started) / 1000));
      log.info('Done.');
      return results.every(({ status }) => status === 'pass' || status === 'warn') ? EXIT.done : EXIT.failed;
    }
    if (method === 'docs.generate') {
      const compiled =
        local['no_compile'] === true
          ? undefined
          : await execute({ name: 'compile', selection: await this.#selection(manifest) }, tools);
      await artifact('manifest.json', manifestJson(manifest, invocation, queriesOf(compiled)));
      await artifact('catalog.json', await catalogJson(manifest, invocation, tools.warehouse));
      log.info(`Catalog written to ${join(target, 'catalog.json')}`);
      return compiled?.good === false ? EXIT.failed : EXIT.done;
    }
    if (!COMMANDS.includes(method)) throw new ArcosError('UNSUPPORTED', `There is no command "${method}"`);
    const selection = await this.#selection(manifest);
    const state = await this.#state();
    const command: Command = {
      name: method as Command['name'],
      selection,
      resourceTypes: textsOf(params['resource_types']) as ResourceType[],
      ...(params['only'] === undefined ? {} : { only: new Set(textsOf(params['only'])) }),
      ...(params['defer'] === true && state !== undefined
        ? { defer: { previous: state, favorState: params['favor_state'] === true } }
        : {}),
    };
    const done = await execute(command, tools);
    await writeQueries(target, done.results);
    await artifact('manifest.json', manifestJson(manifest, invocation, queriesOf(done)));
    await artifact('run_results.json', runResultsJson(done, invocation, params));
    return done.good ? EXIT.done : EXIT.failed;
  }

  async #state() {
    const { params, folder } = this.#asked;
    const named = textOf(params['state']) ?? this.#options.environment['DBT_STATE'];
    return named === undefined ? undefined : readPrevious(resolve(folder, named));
  }

  async #selection(manifest: Manifest) {
    const { params, folder, target } = this.#asked;
    const state = await this.#state();
    return selectionFrom(params, { manifest, directory: folder, state, current: target });
  }

  /** The rows of a model, or of a query that is written on the command line. */
  async #show(tools: Parameters<typeof execute>[1]): Promise<number> {
    const { params, local } = this.#asked;
    const { write } = this.#options;
    const limit = Number(local['limit'] ?? 5);
    const queries: { name: string; sql: string }[] = [];
    if (local['inline'] !== undefined) queries.push({ name: 'inline', sql: String(local['inline']) });
    else {
      const nodes = listNodes(tools.manifest, await this.#selection(tools.manifest), []);
      for (const node of nodes)
        if ('raw' in node && node.resourceType !== 'test') queries.push({ name: node.name, sql: node.raw });
    }
    if (queries.length === 0)
      throw new ArcosError('NOT_FOUND', 'Nothing to show', { hint: 'Use --select or --inline.' });
    for (const { name, sql } of queries) {
      const encoded = Buffer.from(sql).toString('base64');
      const { result } = await runSql({ name, sql: encoded }, true, tools, limit < 0 ? undefined : limit);
      const table = mapOf(mapOf(listOf(result['results'])[0])['table']);
      const columns = listOf(table['column_names']).map(String);
      const rows = listOf(table['rows']).map(listOf);
      if (params['output'] === 'json') {
        const show = rows.map((row) =>
          Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])),
        );
        write(`${JSON.stringify({ node: name, show }, undefined, 2)}\n`);
      } else {
        tools.log.info(`Previewing ${name === 'inline' ? 'inline node' : `node '${name}'`}:`);
        write(textTable(columns, rows));
      }
    }
    return EXIT.done;
  }

  /** What the last command did not get done, asked again as it was asked. */
  async #retry(): Promise<number> {
    const { target, log } = this.#asked;
    const { statuses, args } = await readPrevious(target);
    const which = textOf(args['which']) ?? '';
    if (!COMMANDS.includes(which)) {
      throw new ArcosError('INVALID', `The last command of ${target} cannot be tried again`, {
        hint: `It must be one of ${COMMANDS.join(', ')}.`,
      });
    }
    const only = [...statuses].filter(([, status]) => ['error', 'fail', 'skipped'].includes(status)).map(([id]) => id);
    if (only.length === 0) {
      log.info('Nothing to retry: the last command succeeded');
      return EXIT.done;
    }
    const { which: _, ...params } = args;
    return new DbtCommand(this.#options, { ...this.#asked, method: which, params: { ...params, only } }).run();
  }

  async #debug(invocation: Invocation): Promise<number> {
    const { log, folder } = this.#asked;
    const { target } = invocation;
    log.info(`project folder: ${folder}`);
    log.info(`target: ${target.name} (${target.project}.${target.dataset}, ${target.threads} threads)`);
    const request = { sql: 'SELECT 1', project: target.project, signal: this.#options.signal };
    await this.#options.warehouse().query(request);
    log.info('Connection test: [OK connection ok]');
    log.info(describeManifest(await this.#parse(invocation)));
    log.info('All checks passed!');
    return EXIT.done;
  }

  /** Removes what `clean-targets` names, within the project only. */
  async #clean(): Promise<number> {
    const { folder, log } = this.#asked;
    const { root } = await readProject(folder).catch(() => ({ root: undefined }));
    const settings = root?.settings ?? mapOf(readYaml('', 'dbt_project.yml').value);
    const targets = listOf(settings['clean-targets'] ?? ['target']).map(String);
    for (const name of targets) {
      const path = resolve(folder, name);
      const protectedPath = ['models', 'seeds', 'macros', 'tests', 'snapshots', 'analyses'].some(
        (kept) => path === join(folder, kept),
      );
      if (!path.startsWith(folder + sep) || protectedPath) {
        throw new ArcosError('INVALID', `clean does not remove ${path}: it is not made by a command of this project`);
      }
      await rm(path, { recursive: true, force: true });
      log.info(`Cleaned ${path}`);
    }
    return EXIT.done;
  }
}

function queriesOf(done: Pick<CommandResult, 'results'> | undefined): Map<string, string> {
  return new Map(
    (done?.results ?? []).flatMap(({ node, compiledSql }) =>
      compiledSql === undefined || node.resourceType === 'seed' ? [] : [[node.uniqueId, compiledSql] as const],
    ),
  );
}
