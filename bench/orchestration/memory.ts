import { readFileSync } from 'node:fs';
import { descendants } from '../../test/support/processes.ts';

/** Resident memory of the processes and all below them, in megabytes; those whose command line matches `without` and their children left out. */
export function residentMb(roots: readonly number[], without?: RegExp): number {
  const family = roots.flatMap((root) => [root, ...descendants(root)]);
  const kilobytes = family.map((pid) => {
    try {
      if (without?.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) === true) return 0;
      const [, size = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(size);
    } catch {
      // It ended in between.
      return 0;
    }
  });
  return kilobytes.reduce((sum, size) => sum + size, 0) / 1000;
}
