import type { RunEnvironment } from '../../base/environment.ts';
import { writeRunEnvironment } from '../../base/environment.ts';
import type { ToBundle } from '../../flow/bundled.ts';

/** What makes a warm process the process of one run. */
export interface Binding {
  readonly bundleFile: string;
  readonly environment: RunEnvironment;
  readonly begin: Extract<ToBundle, { kind: 'run' }>;
}

/**
 * Where the process of a run begins: it has started, and waits to be told which run it is for. It serves
 * that one alone, and ends with its agent, told or not. The key comes over the channel, so it is not
 * among what the system shows of a process's start.
 */
if (import.meta.main) {
  // Node has read it by now; what the flow starts is not ours.
  delete process.env['NODE_COMPILE_CACHE'];
  process.on('disconnect', endGroup);
  process.once('message', async ({ bundleFile, environment, begin }: Binding) => {
    Object.assign(process.env, writeRunEnvironment(environment));
    await import(bundleFile);
    // The bundle listens by now; what the agent says meanwhile waits in the channel.
    process.emit('message', begin, undefined);
  });
}

function endGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.exit(1);
  }
}
