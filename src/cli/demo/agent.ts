import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArcosError } from '../../base/errors.ts';
import type { OrchestratorClient } from '../../orchestrator/client.ts';
import type { Server } from '../../server/server.ts';

export interface DemoAgentOptions {
  readonly server: Server;
  readonly client: OrchestratorClient;
  readonly namespace: string;
  readonly labels: readonly string[];
}

const NAME = 'demo';
const PATIENCE_MS = 20_000;

/** Starts an agent beside the server, as a process of its own with its own key, and waits until the server knows it. */
export async function startAgent({
  server,
  client,
  namespace,
  labels,
}: DemoAgentOptions): Promise<{ stop(): Promise<void> }> {
  const { state, origin } = server;
  const log = openSync(join(state.logs, 'agent.log'), 'a');
  const main = join(import.meta.dirname, '..', 'main.ts');
  const flags = {
    namespace,
    name: NAME,
    labels: labels.join(','),
    'work-dir': state.agent,
    server: origin,
    slots: '2',
    // A process that waits would count against the memory that a small machine has.
    warm: '0',
  };
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=4',
      main,
      'agent',
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    { env: { ...process.env, ARCOS_KEY: await server.agentKey(namespace) }, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const began = Date.now();
  while (!(await client.agents()).some(({ name, seenAt }) => name === NAME && Date.parse(seenAt) >= began - 1000)) {
    if (child.exitCode !== null || Date.now() - began > PATIENCE_MS) {
      child.kill('SIGKILL');
      throw new ArcosError('UNAVAILABLE', 'The agent did not come up', {
        hint: `See ${join(state.logs, 'agent.log')}.`,
      });
    }
    await sleep(50);
  }
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
