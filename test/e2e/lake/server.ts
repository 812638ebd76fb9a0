import Fastify from 'fastify';
import { createAccess } from '../../../src/access/access.ts';
import { guard } from '../../../src/access/http.ts';
import { silentLog } from '../../../src/base/log.ts';
import { lakeRoutes } from '../../../src/lake/api/routes.ts';
import { createLake } from '../../../src/lake/lake.ts';
import { openStore } from '../../../src/store/store.ts';

/** A lake behind its API as a process of its own: `node server.ts STORE_URL FOLDER PORT`; says `ready PORT`. */
const [url = '', root = '', port = '0'] = process.argv.slice(2);
const store = openStore(url);
const access = createAccess(store);
const lake = await createLake({ store, root, log: silentLog, graceMs: 200 });
const app = Fastify({ routerOptions: { maxParamLength: 4096 } });
guard(app, access);
await app.register(lakeRoutes({ lake, access }));
const origin = await app.listen({ host: '127.0.0.1', port: Number(port) });
process.stdout.write(`ready ${new URL(origin).port}\n`);
// The sweep is at work all the time: nothing it takes may be missed.
for (;;) await lake.sweep();
