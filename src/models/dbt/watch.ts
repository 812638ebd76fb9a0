import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { relative, sep } from 'node:path';
import { asArcosError } from '../../base/errors.ts';
import { formatFault } from '../../base/fault.ts';
import type { Invocation } from '../invocation.ts';
import { parseProject } from '../manifest.ts';
import { readProject } from '../project.ts';
import { describeManifest } from '../report.ts';
import { Templates } from '../templates.ts';
import { type Asked, EXIT } from './opened.ts';

/** An editor writes a file in several steps. */
const SETTLE_MS = 10;
/** What commands write, and what is no part of a project. */
const ASIDE = new Set(['target', 'logs', 'dbt_packages', 'dbt_modules', '.git', 'node_modules']);

/**
 * Reads the project whenever one of its files is saved, and tells at once what is wrong with it. Only what changed is parsed
 * again. Ends when `signal` says so.
 */
export async function watch(
  { folder, log, target }: Asked,
  invocation: Invocation,
  signal: AbortSignal,
): Promise<number> {
  const templates = new Templates();
  const read = async (why: string) => {
    const started = performance.now();
    try {
      const { manifest, faults } = parseProject(await readProject(folder), invocation, templates);
      for (const fault of manifest?.warnings ?? faults) {
        log[fault.severity === 'error' ? 'error' : 'warn'](formatFault(fault));
      }
      const took = `${why} in ${(performance.now() - started).toFixed(0)} ms`;
      if (manifest === undefined)
        log.error(`${took}: ${faults.filter(({ severity }) => severity === 'error').length} errors`);
      else log.info(`${took}: ${describeManifest(manifest)}`);
    } catch (error) {
      log.error(asArcosError(error).message);
    }
  };
  const artifacts = relative(folder, target).split(sep)[0] ?? '';
  const isAside = (name: string) => {
    const [first = ''] = name.split(sep);
    return ASIDE.has(first) || first === artifacts;
  };
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  await new Promise<void>((resolve, reject) => {
    watcher = watchFolder(folder, { recursive: true, signal }, (_, name) => {
      if (name === null || isAside(name)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void read(`${name}: read`), SETTLE_MS);
    });
    watcher.once('error', (error) => (error.name === 'AbortError' ? resolve() : reject(error)));
    watcher.once('close', () => resolve());
    void read('Read').then(() => log.info('Watching for changes; Ctrl-C ends it'));
  });
  clearTimeout(timer);
  return EXIT.done;
}
