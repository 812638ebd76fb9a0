import { readdirSync, readFileSync } from 'node:fs';

export interface MemoryWatch {
  /** Most bytes that this process and all below it had in memory (RSS) at one time; undefined where that cannot be seen. */
  peak(): number | undefined;
  stop(): void;
}

const EVERY_MS = 250;
const PAGE = 4096;

/** Watches by /proc, so on Linux only. Memory that processes share counts once for each. */
export function watchMemory(): MemoryWatch {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, familyMemory(process.pid));
  };
  const timer = process.platform === 'linux' ? setInterval(look, EVERY_MS).unref() : undefined;
  return {
    peak: () => (timer === undefined ? undefined : peak),
    stop: () => clearInterval(timer),
  };
}

function familyMemory(root: number): number {
  const processes = readProcesses();
  let total = 0;
  const family = [root];
  for (let pid = family.pop(); pid !== undefined; pid = family.pop()) {
    for (const [child, { parent, bytes }] of processes) {
      if (child === pid) total += bytes;
      if (parent === pid) family.push(child);
    }
  }
  return total;
}

function readProcesses(): Map<number, { parent: number; bytes: number }> {
  const found = new Map<number, { parent: number; bytes: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name in parentheses may hold anything; what follows it is numbers (proc(5), /proc/pid/stat).
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      found.set(Number(name), { parent: Number(fields[1]), bytes: Number(fields[21]) * PAGE });
    } catch {
      // It ended in between.
    }
  }
  return found;
}
