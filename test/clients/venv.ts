import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/base/ids.ts';

const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache');

/** The interpreter of a virtual environment with what a file here pins, made once; or why there is none. */
export function pythonWithClients(file = 'requirements.txt'): { python: string } | { missing: string } {
  const requirements = join(import.meta.dirname, file);
  const folder = join(CACHE, `python-clients-${sha256(readFileSync(requirements)).slice(0, 12)}`);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return { python };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  const run = (program: string, args: string[]) => execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    run('python3', ['-m', 'venv', folder]);
  } catch {
    return { missing: 'there is no python3 that makes virtual environments' };
  }
  try {
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  } catch {
    return { missing: 'the clients cannot be installed: no network, or not for this Python' };
  }
  writeFileSync(complete, '');
  return { python };
}
