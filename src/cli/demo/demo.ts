import { join, resolve } from 'node:path';
import type { JsonObject } from '../../base/json.ts';
import { orchestratorClient } from '../../orchestrator/client.ts';
import { openLog } from '../../server/log.ts';
import { type Server, startServer } from '../../server/server.ts';
import type { StateFolder } from '../../server/state.ts';
import { settingsOf } from '../flags.ts';
import { stopAsked } from '../signal.ts';
import { ensureWeb } from '../web.ts';
import { startAgent } from './agent.ts';
import { checkResult } from './check.ts';
import { watchMemory } from './memory.ts';
import { deployFlows, publishAll, runPipeline } from './pipeline.ts';
import { createSteps, type Step, type Steps } from './steps.ts';

const SAMPLE_CITY = join(import.meta.dirname, '..', '..', '..', 'examples', 'rio');
const NAMESPACE = 'rj-escritorio';

/** Where the demo's defaults differ: it shares a laptop with whatever else is open on it. */
const DEFAULTS = { city: SAMPLE_CITY, login: 'loopback', 'engine-memory': '512MB', 'database-connections': '5' };

export interface DemoFlags extends Readonly<Record<string, unknown>> {
  /** Folder of the real files. */
  readonly data?: string;
}

export interface DemoSummary {
  /** From the first step to the last. */
  readonly seconds: number;
  /** Of every process at the same time, RSS; absent where that cannot be seen. */
  readonly peakMemoryMB?: number;
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly steps: readonly Step[];
  readonly addresses: Readonly<Record<string, string>>;
}

interface Demo {
  readonly summary: DemoSummary;
  end(): Promise<void>;
}

/** The demo from its start to its end. Throws what went wrong, with nothing left running. */
export async function demoOnce(flags: DemoFlags): Promise<DemoSummary> {
  const { summary, end } = await startDemo(flags);
  await end();
  return summary;
}

/** The demo, serving until Ctrl-C. */
export async function demoServing(flags: DemoFlags): Promise<void> {
  const stop = stopAsked();
  let up = false;
  const asked = stop.then(() => say(up ? 'Stopping' : 'Stopping, as soon as what is being started is up'));
  const { summary, end } = await startDemo(flags);
  up = true;
  const addresses = Object.entries(summary.addresses).map(([name, url]) => `  ${name.padEnd(10)} ${url}`);
  say(`\nOpen\n${addresses.join('\n')}\n\nCtrl-C stops everything.`);
  await asked;
  await end();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function startDemo(flags: DemoFlags): Promise<Demo> {
  const settings = settingsOf(flags, DEFAULTS);
  const steps = createSteps(say);
  const memory = watchMemory();
  await steps.step('web pages', async () => ((await ensureWeb()) ? 'built' : 'already built'));
  const openFile = (state: StateFolder) => openLog(settings.logLevel, join(state.logs, 'arcos.log'));
  const server = await startServer({ settings, openLog: openFile, onStarted: steps.done });
  const endings = [() => server.stop()];
  const end = async () => {
    memory.stop();
    for (let next = endings.pop(); next !== undefined; next = endings.pop()) await next();
  };
  try {
    const connection = { baseUrl: server.origin, key: server.adminKey };
    const client = orchestratorClient(connection);
    await steps.step('agent', async () => {
      const agent = await startAgent({ server, client, namespace: NAMESPACE, labels: [NAMESPACE] });
      endings.push(agent.stop);
      return `with label ${NAMESPACE}`;
    });
    const flows = join(SAMPLE_CITY, server.city?.namespaces[NAMESPACE]?.flows ?? '');
    await steps.step('flows', () => deployFlows(connection, client, NAMESPACE, flows));
    await runPipeline(client, steps, parametersOf(flags));
    await steps.step('portal', () => publishAll(connection, join(SAMPLE_CITY, 'portal')));
    const rows = await steps.step('check', () => checkResult(connection, client));
    return { end, summary: summaryOf(server, steps, rows, memory.peak()) };
  } catch (error) {
    await end();
    throw error;
  }
}

function parametersOf({ data }: DemoFlags): JsonObject {
  return { simular_falha: true, ...(data === undefined ? {} : { pasta: resolve(data) }) };
}

function summaryOf(
  { origin }: Server,
  steps: Steps,
  rows: Readonly<Record<string, number>>,
  peakBytes: number | undefined,
): DemoSummary {
  return {
    seconds: steps.seconds(),
    ...(peakBytes === undefined ? {} : { peakMemoryMB: Math.round(peakBytes / 1e6) }),
    rows,
    steps: steps.all(),
    addresses: {
      portal: `${origin}/`,
      map: `${origin}/dados/datario/indicadores/chamados_por_bairro`,
      console: `${origin}/console`,
    },
  };
}
