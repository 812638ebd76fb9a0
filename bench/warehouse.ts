import Fastify from 'fastify';
import { guard } from '../src/access/http.ts';
import { warehouseRoutes } from '../src/warehouse/api/routes.ts';
import { openTestWarehouse } from '../src/warehouse/testing.ts';

/** A warehouse behind BigQuery's API on a port of its own, with an editor's key; all of it ends with `opening`. */
export async function serveWarehouse(opening: AsyncDisposableStack) {
  const open = await openTestWarehouse();
  opening.defer(open.close);
  const { warehouse, access, principal } = open;
  const { key } = await principal('bench@rio', 'editor', 'rio');
  const app = Fastify({ forceCloseConnections: true });
  opening.defer(() => app.close());
  guard(app, access);
  await app.register(warehouseRoutes({ warehouse, access }));
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  return { ...open, key, origin };
}
