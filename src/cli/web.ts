import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ArcosError } from '../base/errors.ts';
import { WEB_DIST } from '../server/webdist.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = join(ROOT, 'web');

/** Builds the console's and the portal's files unless they are there and newer than their sources; whether it had to. */
export async function ensureWeb(): Promise<boolean> {
  const manifest = join(WEB_DIST, '.vite', 'manifest.json');
  if (existsSync(manifest) && statSync(manifest).mtimeMs >= newestSource()) return false;
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) {
    throw new ArcosError('CONFIG', 'The web pages are not built, and what builds them is not installed', {
      hint: 'Run "npm ci" (with the development dependencies) once, or bring web/dist along.',
    });
  }
  await promisify(execFile)(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], { cwd: ROOT });
  return true;
}

/** When the last of the sources changed; 0 where only the built files are. */
function newestSource(): number {
  if (!existsSync(join(SOURCES, 'src'))) return 0;
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.startsWith(WEB_DIST),
  );
  return Math.max(...files.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs));
}
