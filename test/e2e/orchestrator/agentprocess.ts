import { type AgentOptions, runAgent } from '../../../src/agent/agent.ts';
import { silentLog } from '../../../src/base/log.ts';

/** An agent as a process of its own, told by its environment what to be; SIGTERM stops it. */
const options = JSON.parse(process.env['AGENT'] ?? '{}') as Omit<AgentOptions, 'log'>;
const agent = runAgent({ ...options, log: silentLog });
process.once('SIGTERM', () => void agent.stop().then(() => process.exit(0)));
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
await agent.done;
