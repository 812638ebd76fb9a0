import { join, resolve } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import type { WarehouseClient } from '../../warehouse/port.ts';
import { catalogJson } from '../artifacts/catalog.ts';
import { manifestJson } from '../artifacts/manifest.ts';
import { runResultsJson } from '../artifacts/runresults.ts';
import { writeArtifact, writeQueries } from '../artifacts/write.ts';
import { type Command, type CommandOptions, type CommandResult, execute, listNodes } from '../command.ts';
import { checkFreshness, sourcesJson } from '../freshness.ts';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import type { ResourceType } from '../node.ts';
import { describeManifest } from '../report.ts';
import { runOperation } from '../rpc/operation.ts';
import { textsOf } from '../rpc/params.ts';
import { selectionFrom } from '../selection.ts';
import { readPrevious } from '../state.ts';
import { textOf } from '../yaml.ts';
import { check } from './check.ts';
import { clone } from './clone.ts';
import { listed } from './list.ts';
import { type Asked, type DbtOptions, EXIT } from './opened.ts';
import { show } from './show.ts';

/** A command that needs the project: what was asked, and what it is asked of. */
export class ProjectCommand {
  readonly asked: Asked;
  readonly options: DbtOptions;
  readonly invocation: Invocation;
  readonly manifest: Manifest;
  #warehouse: WarehouseClient | undefined;

  constructor(asked: Asked, options: DbtOptions, project: { invocation: Invocation; manifest: Manifest }) {
    this.asked = asked;
    this.options = options;
    this.invocation = project.invocation;
    this.manifest = project.manifest;
  }

  /** Answers with the exit code. */
  run(): Promise<number> {
    const command = COMMANDS[this.asked.method];
    if (command === undefined) throw new ArcosError('UNSUPPORTED', `There is no command "${this.asked.method}"`);
    return command(this);
  }

  async tools(): Promise<CommandOptions> {
    this.#warehouse ??= await this.options.warehouse();
    const { manifest, invocation, asked, options } = this;
    return { manifest, invocation, warehouse: this.#warehouse, log: asked.log, signal: options.signal };
  }

  async selection() {
    const { params, folder, target } = this.asked;
    const state = await this.state();
    return selectionFrom(params, { manifest: this.manifest, directory: folder, state, current: target });
  }

  async state() {
    const { params, folder } = this.asked;
    const named = textOf(params['state']) ?? this.options.environment['DBT_STATE'];
    return named === undefined ? undefined : readPrevious(resolve(folder, named));
  }

  async write(name: string, artifact: unknown): Promise<void> {
    if (this.asked.local['no_write_json'] !== true) await writeArtifact(this.asked.target, name, artifact);
  }
}

const COMMANDS: Readonly<Record<string, (command: ProjectCommand) => Promise<number>>> = {
  run: perform,
  test: perform,
  build: perform,
  seed: perform,
  snapshot: perform,
  compile: perform,
  list,
  show,
  debug,
  check,
  clone,
  'run-operation': operate,
  'source-freshness': freshness,
  'docs.generate': generateDocs,
};

async function perform(command: ProjectCommand): Promise<number> {
  const { asked, manifest, invocation } = command;
  const { method, params, target } = asked;
  const state = await command.state();
  const done = await execute(
    {
      name: method as Command['name'],
      selection: await command.selection(),
      resourceTypes: textsOf(params['resource_types']) as ResourceType[],
      ...(params['only'] === undefined ? {} : { only: new Set(textsOf(params['only'])) }),
      ...(params['defer'] === true && state !== undefined
        ? { defer: { previous: state, favorState: params['favor_state'] === true } }
        : {}),
    },
    await command.tools(),
  );
  await writeQueries(target, done.results);
  await command.write('manifest.json', manifestJson(manifest, invocation, queriesOf(done)));
  await command.write('run_results.json', runResultsJson(done, invocation, params));
  return done.good ? EXIT.done : EXIT.failed;
}

async function list(command: ProjectCommand): Promise<number> {
  const { params } = command.asked;
  const nodes = listNodes(command.manifest, await command.selection(), textsOf(params['resource_types']));
  for (const item of listed(nodes, textOf(params['output']) ?? 'selector', textsOf(params['output_keys']))) {
    command.options.write(`${typeof item === 'string' ? item : JSON.stringify(item)}\n`);
  }
  return EXIT.done;
}

async function operate(command: ProjectCommand): Promise<number> {
  await runOperation(command.asked.params, await command.tools());
  return EXIT.done;
}

async function freshness(command: ProjectCommand): Promise<number> {
  const started = performance.now();
  const results = await checkFreshness(await command.selection(), await command.tools());
  const elapsed = (performance.now() - started) / 1000;
  await command.write('sources.json', sourcesJson(results, command.invocation, elapsed));
  command.asked.log.info('Done.');
  return results.every(({ status }) => status === 'pass' || status === 'warn') ? EXIT.done : EXIT.failed;
}

async function generateDocs(command: ProjectCommand): Promise<number> {
  const { asked, manifest, invocation } = command;
  const tools = await command.tools();
  const compiled =
    asked.local['no_compile'] === true
      ? undefined
      : await execute({ name: 'compile', selection: await command.selection() }, tools);
  await command.write('manifest.json', manifestJson(manifest, invocation, queriesOf(compiled)));
  await command.write('catalog.json', await catalogJson(manifest, invocation, tools.warehouse));
  asked.log.info(`Catalog written to ${join(asked.target, 'catalog.json')}`);
  return compiled?.good === false ? EXIT.failed : EXIT.done;
}

async function debug(command: ProjectCommand): Promise<number> {
  const { asked, invocation, manifest } = command;
  const { log } = asked;
  const { name, project, dataset, threads } = invocation.target;
  log.info(`project folder: ${asked.folder}`);
  log.info(`target: ${name} (${project}.${dataset}, ${threads} threads)`);
  const { warehouse, signal } = await command.tools();
  await warehouse.query({ sql: 'SELECT 1', project, signal });
  log.info('Connection test: [OK connection ok]');
  log.info(describeManifest(manifest));
  log.info('All checks passed!');
  return EXIT.done;
}

function queriesOf(done: Pick<CommandResult, 'results'> | undefined): Map<string, string> {
  return new Map(
    (done?.results ?? []).flatMap(({ node, compiledSql }) =>
      compiledSql === undefined || node.resourceType === 'seed' ? [] : [[node.uniqueId, compiledSql] as const],
    ),
  );
}
