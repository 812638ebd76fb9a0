import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const CACHE = join(import.meta.dirname, '..', '..', '.build', 'go');
/** As Go's own installer and packages have it. */
const GO = ['/usr/local/go/bin/go', '/usr/lib/go/bin/go'].find((path) => existsSync(path)) ?? 'go';
const LONGEST_MS = 10 * 60_000;

export type GoProgram = { readonly program: string } | { readonly missing: string };

/** A program in Go, `module/path/to/command@version`, built once into the build folder; or why there is none. */
export async function goProgram(module: string): Promise<GoProgram> {
  const [path = '', version = ''] = module.split('@');
  const program = join(CACHE, `${basename(path)}-${version}`);
  await mkdir(CACHE, { recursive: true });
  // A build takes both cores for a minute: one is enough.
  while (!existsSync(program) && !takeLock(`${program}.lock`)) await sleep(500);
  if (existsSync(program)) return { program };
  // Aside, so that it appears whole, whoever kills this.
  const aside = await mkdtemp(join(CACHE, '.build-'));
  const env = { ...process.env, GOBIN: aside, GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' };
  try {
    await promisify(execFile)(GO, ['install', '-ldflags=-s -w', module], { env, timeout: LONGEST_MS });
    await rename(join(aside, basename(path)), program);
    return { program };
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') return { missing: 'there is no Go' };
    return { missing: `${module} cannot be built: ${stderr.trim().split('\n').at(-1)}` };
  } finally {
    await rm(aside, { recursive: true, force: true });
    rmSync(`${program}.lock`, { force: true });
  }
}

/** Whether the lock is this process's now; one whose holder is gone is nobody's. */
function takeLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = Number(readFileSync(file, { encoding: 'utf8', flag: 'a+' }));
    if (holder === 0 || existsSync(`/proc/${holder}`)) return false;
    rmSync(file, { force: true });
    return false;
  }
}
