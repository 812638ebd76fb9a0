import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes that a process started, and of all below them. By /proc, so on Linux only. */
export function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      parents.set(Number(name), Number(fields[1]));
    } catch {
      // It ended in between.
    }
  }
  const found: number[] = [];
  const family = [root];
  for (let pid = family.pop(); pid !== undefined; pid = family.pop()) {
    for (const [child, parent] of parents) {
      if (parent !== pid) continue;
      found.push(child);
      family.push(child);
    }
  }
  return found;
}
