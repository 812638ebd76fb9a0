import { join } from 'node:path';
import { createAccess } from '../../../src/access/access.ts';
import { silentLog } from '../../../src/base/log.ts';
import { lakeRoutes } from '../../../src/lake/api/routes.ts';
import { createLake } from '../../../src/lake/lake.ts';
import { orchestratorRoutes } from '../../../src/orchestrator/api/routes.ts';
import { createOrchestrator } from '../../../src/orchestrator/orchestrator.ts';
import { createHttp } from '../../../src/server/http.ts';
import { openStore } from '../../../src/store/store.ts';

/** A server with orchestrator and lake as a process of its own, told by its environment what to be; it tells its parent its port. */
const { url, folder, leaseMs, port } = JSON.parse(process.env['SERVER'] ?? '{}') as {
  readonly url: string;
  readonly folder: string;
  readonly leaseMs: number;
  readonly port: number;
};
const store = openStore(url);
const access = createAccess(store);
const lake = await createLake({ store, root: join(folder, 'lake'), log: silentLog });
const times = { leaseMs, reapEveryMs: 200, scheduleEveryMs: 1_000 };
const orchestrator = createOrchestrator({ store, access, log: silentLog, ...times });
await orchestrator.start();
const app = await createHttp({ access, log: silentLog, webDist: join(folder, 'none') });
await app.register(lakeRoutes({ lake, access }));
await app.register(orchestratorRoutes({ orchestrator, access }));
const origin = await app.listen({ host: '127.0.0.1', port });
process.once('disconnect', () => process.exit(0));
process.send?.(Number(new URL(origin).port));
