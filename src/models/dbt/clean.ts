import { rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import { readProject } from '../project.ts';
import { listOf } from '../yaml.ts';
import { type Asked, EXIT } from './opened.ts';

const KEPT = ['models', 'seeds', 'macros', 'tests', 'snapshots', 'analyses'];

/** Removes what `clean-targets` names, within the project only. */
export async function clean({ folder, log }: Asked): Promise<number> {
  const { root } = await readProject(folder).catch(() => ({ root: undefined }));
  for (const name of listOf(root?.settings['clean-targets'] ?? ['target']).map(String)) {
    const path = resolve(folder, name);
    if (!path.startsWith(folder + sep) || KEPT.some((kept) => path === join(folder, kept))) {
      throw new ArcosError('INVALID', `clean does not remove ${path}: it is not made by a command of this project`);
    }
    await rm(path, { recursive: true, force: true });
    log.info(`Cleaned ${path}`);
  }
  return EXIT.done;
}
