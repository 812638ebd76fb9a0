import { resolve } from 'node:path';
import { asArcosError } from '../../base/errors.ts';
import { manifestJson } from '../artifacts/manifest.ts';
import { writeArtifact } from '../artifacts/write.ts';
import { DBT_VERSION } from '../invocation.ts';
import { parseWords } from '../rpc/commandline.ts';
import { asRpcFault, RpcFault } from '../rpc/fault.ts';
import { textOf } from '../yaml.ts';
import { consoleLog } from './console.ts';
import { type Asked, type DbtOptions, EXIT, invocationOf, manifestOf } from './opened.ts';

export { type DbtOptions, EXIT } from './opened.ts';

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
    return await perform({ method, params, local, folder, target: place('target_path', 'target'), log }, options);
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

/** What a command needs beyond the project is loaded when it is asked: reading a project is to start at once. */
async function perform(asked: Asked, options: DbtOptions): Promise<number> {
  const { method, target, local, log } = asked;
  if (method !== 'list') log.info(`Running with dbt=${DBT_VERSION} (arcos)`);
  if (method === 'clean') return (await import('./clean.ts')).clean(asked);
  if (method === 'deps') {
    const { installPackages } = await import('./deps.ts');
    const { environment, signal } = options;
    await installPackages({ directory: asked.folder, environment, log, signal });
    return EXIT.done;
  }
  if (method === 'retry') return perform(await (await import('./retry.ts')).askedAgain(asked), options);
  const invocation = await invocationOf(asked, options);
  if (method === 'watch') return (await import('./watch.ts')).watch(asked, invocation, options.signal);
  const manifest = await manifestOf(asked, invocation);
  if (method === 'parse') {
    if (local['no_write_json'] !== true) {
      await writeArtifact(target, 'manifest.json', manifestJson(manifest, invocation));
    }
    return EXIT.done;
  }
  const { ProjectCommand } = await import('./command.ts');
  return new ProjectCommand(asked, options, { invocation, manifest }).run();
}
