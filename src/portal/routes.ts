import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/access.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { dataRoutes } from './api.ts';
import { createAsker } from './ask.ts';
import { readAssets } from './assets.ts';
import { createExports } from './exports.ts';
import { feedRoutes } from './feedroutes.ts';
import { createPageCache } from './pagecache.ts';
import { pageRoutes } from './pageroutes.ts';
import { createPreviews } from './preview.ts';
import { createPublications } from './publication.ts';
import { publishRoutes } from './publishroutes.ts';
import { requestRoutes } from './requestroutes.ts';
import { createRequests } from './requests.ts';
import { createShelf } from './shelf.ts';

export interface PortalOptions {
  readonly store: Store;
  readonly access: Access;
  readonly warehouse: Warehouse;
  /** The city's name, as the pages show it. */
  readonly city: string;
  /** Where files for download are kept. */
  readonly exportsDir: string;
  /** The built web folder. */
  readonly webDist: string;
}

/** The public portal, and the API by which people publish. What is not published is not there, for anyone. */
export function portalRoutes(options: PortalOptions): (app: FastifyInstance) => Promise<void> {
  const { store, access, warehouse, city } = options;
  const publications = createPublications(store, access, warehouse);
  const files = createExports(options.exportsDir, warehouse, publications);
  const shelf = createShelf(publications);
  const asker = createAsker(warehouse, publications);
  const previews = createPreviews(warehouse, publications);
  const requests = createRequests(store);

  return async (app) => {
    const assets = readAssets(options.webDist);
    feedRoutes(app, city, shelf);
    dataRoutes(app, warehouse, publications, asker);
    pageRoutes(app, { city, assets, publications, shelf, files, previews, asker, pages: createPageCache() });
    publishRoutes(app, { access, publications, files, shelf });
    requestRoutes(app, { access, city, assets, publications, requests });
    app.addHook('onClose', () => files.settle());
  };
}
