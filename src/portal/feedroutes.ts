import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteAccess } from '../access/http.ts';
import { answerCached } from './cache.ts';
import { fingerprint } from './cursor.ts';
import { dataJson, dcatAp, rss, type Site, sitemap } from './feeds.ts';
import { openApi } from './openapi.ts';
import type { Entry } from './search.ts';
import type { Shelf } from './shelf.ts';

const open: { access: RouteAccess } = { access: 'public' };

/** What machines read of the portal: catalogues of datasets, the API's description, feeds for readers and crawlers. */
export function feedRoutes(app: FastifyInstance, city: string, shelf: Shelf): void {
  const feed = (path: string, type: string, write: (site: Site, entries: readonly Entry[]) => string) =>
    app.get(path, { config: open }, async (request, reply) => {
      const site = siteOf(request, city);
      return send(request, reply.type(type), write(site, await shelf.entries()));
    });
  const json = (write: (site: Site, entries: readonly Entry[]) => object) => (site: Site, entries: readonly Entry[]) =>
    JSON.stringify(write(site, entries));

  feed('/data.json', 'application/json; charset=utf-8', json(dataJson));
  feed('/catalog.jsonld', 'application/ld+json; charset=utf-8', json(dcatAp));
  feed('/api/portal/openapi.json', 'application/json; charset=utf-8', json(openApi));
  feed('/feed.xml', 'application/rss+xml; charset=utf-8', (site, entries) => rss(site, entries).text);
  feed('/sitemap.xml', 'application/xml; charset=utf-8', (site, entries) => sitemap(site, entries).text);
  app.get('/robots.txt', { config: open }, async (request, reply) =>
    send(
      request,
      reply.type('text/plain; charset=utf-8'),
      `User-agent: *\nDisallow: /console\nDisallow: /api/\nSitemap: ${siteOf(request, city).origin}/sitemap.xml\n`,
    ),
  );
}

/** Where the caller found the portal. */
export function siteOf(request: FastifyRequest, city: string): Site {
  return { origin: `${request.protocol}://${request.host}`, city };
}

function send(request: FastifyRequest, reply: FastifyReply, body: string) {
  return answerCached(request, reply, fingerprint(body), () => body);
}
