import { readdirSync, readlinkSync } from 'node:fs';
import { sep } from 'node:path';

/**
 * Ends processes that work in the folder: what runs have left behind, also in groups of their own, and runs whose agent
 * was killed and that have not noticed yet. On Linux.
 */
export function killWorkersIn(folder: string): void {
  const inside = `${folder}${sep}`;
  let ids: string[];
  try {
    ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return;
  }
  for (const id of ids) {
    try {
      if (readlinkSync(`/proc/${id}/cwd`).concat(sep).startsWith(inside)) process.kill(Number(id), 'SIGKILL');
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
}
