import type { FastifyInstance } from 'fastify';
import type { Page } from 'playwright-core';
import { type Access, createAccess } from '../src/access/access.ts';
import { silentLog } from '../src/base/log.ts';
import { ensureWeb } from '../src/cli/web.ts';
import { createHttp } from '../src/server/http.ts';
import { WEB_DIST } from '../src/server/webdist.ts';
import type { Store } from '../src/store/store.ts';
import { chromiumPath, openBrowser } from '../test/support/browser.ts';
import type { Missing } from './case.ts';

/** The console in Chromium, an administrator signed in, over the routes that `add` gives it. */
export interface ConsoleBench {
  /** Milliseconds from the address to when what the selector names is in sight, with a warm cache. */
  open(path: string, selector: string): Promise<number>;
  close(): Promise<void>;
}

export async function openConsole(
  store: Store,
  add: (app: FastifyInstance, access: Access) => Promise<void>,
): Promise<ConsoleBench | Missing> {
  const chromium = chromiumPath();
  if (chromium === undefined) return { missing: 'Chromium' };
  await ensureWeb();
  await using opening = new AsyncDisposableStack();
  const access = createAccess(store);
  const bindings = [{ role: 'administrador' as const, scope: { kind: 'platform' as const, id: '' } }];
  const id = await access.putPrincipal({ kind: 'user', name: 'ana', agency: null, bindings });
  const app = await createHttp({ access, log: silentLog, webDist: WEB_DIST, loopbackPrincipal: id });
  opening.defer(() => app.close());
  await add(app, access);
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await openBrowser(chromium);
  opening.defer(() => browser.close());
  const page: Page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  const open = opening.move();
  return {
    async open(path, selector) {
      const began = performance.now();
      await page.goto(`${origin}${path}`, { waitUntil: 'commit' });
      await page.locator(selector).first().waitFor();
      return performance.now() - began;
    },
    close: () => open.disposeAsync(),
  };
}
