import { readdirSync, readFileSync } from 'node:fs';

/** Of a run's process with everything it has started, together. Kept by looking, where there is /proc: on Linux. */
export interface RunLimits {
  /** Megabytes of memory that is its own. */
  readonly memoryMb?: number | undefined;
  /** Seconds of computing, over all its processes. */
  readonly cpuSeconds?: number | undefined;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly ticks: number;
}

const LOOK_MS = 500;
/** Clock ticks a second: 100 on every Linux that Node runs on (sysconf(_SC_CLK_TCK)). */
const TICKS = 100;

/** Calls `onBreach` once with what was exceeded. Returns what ends the watch. */
export function watchLimits(
  root: number,
  { memoryMb, cpuSeconds }: RunLimits,
  onBreach: (why: string) => void,
): () => void {
  if (memoryMb === undefined && cpuSeconds === undefined) return () => undefined;
  const timer = setInterval(() => {
    const family = familyOf(root);
    const seconds = family.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS;
    const megabytes = memoryMb === undefined ? 0 : family.reduce((sum, { pid }) => sum + ownKilobytes(pid), 0) / 1024;
    const why =
      memoryMb !== undefined && megabytes > memoryMb
        ? `it used ${Math.ceil(megabytes)} MB of memory; ${memoryMb} are allowed`
        : cpuSeconds !== undefined && seconds > cpuSeconds
          ? `it computed for ${Math.ceil(seconds)} s; ${cpuSeconds} are allowed`
          : undefined;
    if (why === undefined) return;
    clearInterval(timer);
    onBreach(why);
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** The process, those of its group, and all that they have started, also in groups of their own. */
function familyOf(root: number): Process[] {
  const all = processes();
  const family = new Map(
    all.filter(({ pid, group }) => pid === root || group === root).map((each) => [each.pid, each]),
  );
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const each of all) if (family.has(each.parent)) family.set(each.pid, each);
  }
  return [...family.values()];
}

function processes(): Process[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // proc_pid_stat(5); what is in parentheses may have blanks and parentheses in it.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const [, parent = 0, group = 0] = fields;
      // Its own, and those of children that are gone: utime, stime, cutime, cstime.
      const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
      return [{ pid: Number(name), parent, group, ticks }];
    } catch {
      // It ended in between.
      return [];
    }
  });
}

function ownKilobytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return of('RssAnon') + of('RssShmem');
  } catch {
    return 0;
  }
}
