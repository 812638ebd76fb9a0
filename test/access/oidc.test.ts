import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath, openBrowser } from '../support/browser.ts';
import { openWorld, type World } from './world.ts';

/** What the provider knows of people, by the name they log in with there. */
const PEOPLE: Record<string, object> = {
  ana: { email: 'ana@rio.br', email_verified: true, groups: ['dados', 'diretoria', 'nenhum'] },
  beto: { email: 'administrador@rio.br', email_verified: false },
};

let world: World;
let provider: HttpServer;
let issuer: string;

beforeAll(async () => {
  provider = createServer().listen(0, '127.0.0.1');
  await once(provider, 'listening');
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  world = await openWorld({ 'oidc-issuer': issuer, 'oidc-client-id': 'arcos' });
  const oidc = new Provider(issuer, {
    clients: [
      {
        client_id: 'arcos',
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${world.origin}/login/oidc/callback`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'email', 'groups'],
    cookies: { keys: ['of-this-test'] },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
  });
  provider.on('request', oidc.callback());
}, 120_000);
afterAll(async () => {
  provider?.close();
  provider?.closeAllConnections();
  await world?.close();
});

/** A browser without a screen: keeps cookies, follows redirects, fills in the provider's forms. */
function browser() {
  const jar = new Map<string, string>();
  async function go(url: string, body?: URLSearchParams): Promise<Response> {
    const { host } = new URL(url);
    const cookie = [...jar].flatMap(([name, value]) =>
      name.startsWith(`${host} `) ? [`${name.split(' ')[1]}=${value}`] : [],
    );
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: cookie.join('; ') },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(`${host} ${name}`);
      else jar.set(`${host} ${name}`, value);
    }
    return answer;
  }
  /** Follows until a page, or until something of ours that is no redirect. */
  async function follow(start: string, body?: URLSearchParams): Promise<{ url: string; answer: Response }> {
    let url = start;
    let answer = await go(url, body);
    for (let left = 15; left > 0; left--) {
      const next = answer.headers.get('location');
      if (next === null) break;
      url = new URL(next, url).href;
      if (url.startsWith(`${world.origin}/console`)) break;
      answer = await go(url);
    }
    return { url, answer };
  }
  /** Logs in at the provider and agrees; ends where the browser ends. */
  async function logIn(name: string, next = '/console/runs'): Promise<{ url: string; answer: Response }> {
    let at = await follow(`${world.origin}/login/oidc?next=${encodeURIComponent(next)}`);
    for (let forms = 0; forms < 3 && at.url.startsWith(issuer); forms++) {
      const page = await at.answer.text();
      const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1] ?? '';
      at = await follow(new URL(action, at.url).href, new URLSearchParams({ prompt, login: name, password: 'x' }));
    }
    return at;
  }
  return { go, follow, logIn };
}

test('a person logs in by the provider, and is in the groups it says', { timeout: 60_000 }, async () => {
  const admin = world.server.adminKey;
  for (const name of ['dados', 'diretoria'])
    await world.call(admin, 'PUT', `/api/groups/${name}`, { agency: 'escritorio' });
  await world.call(admin, 'POST', '/api/bindings', { principal: 'dados', role: 'leitor', scope: 'agency/escritorio' });
  // A role on the whole platform is given by hand alone.
  await world.call(admin, 'POST', '/api/bindings', { principal: 'diretoria', role: 'leitor', scope: 'platform' });

  const ana = browser();
  expect(await (await ana.go(`${world.origin}/login`)).text()).toContain('href="/login/oidc?');
  expect((await ana.logIn('ana')).url).toBe(`${world.origin}/console/runs`);
  const session = async () => (await ana.go(`${world.origin}/api/session`)).json();
  expect(await session()).toMatchObject({
    kind: 'user',
    name: 'ana@rio.br',
    bindings: [{ role: 'leitor', scope: { kind: 'agency', id: 'escritorio' }, group: 'dados' }],
  });

  // The next login takes what the provider no longer says.
  PEOPLE['ana'] = { email: 'ana@rio.br', email_verified: true, groups: [] };
  await ana.logIn('ana');
  await expect.poll(session).toMatchObject({ name: 'ana@rio.br', bindings: [] });
});

test('an address that the provider has not verified is nobody’s', async () => {
  const { answer } = await browser().logIn('beto');
  expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('verified')]);
});

test('an answer is taken in the browser that asked for it, and once', async () => {
  const ana = browser();
  const begun = await ana.go(`${world.origin}/login/oidc`);
  const asked = new URL(begun.headers.get('location') ?? '');
  expect(asked.searchParams.get('code_challenge_method')).toBe('S256');
  const state = asked.searchParams.get('state') ?? '';
  const forged = `${world.origin}/login/oidc/callback?code=forged&state=${state}`;
  // Another's browser: login CSRF.
  expect((await browser().go(forged)).status).toBe(401);
  // Another state, another issuer, an invented code; and then the flow is used up.
  const wrong = async (query: string) => {
    const one = browser();
    await one.go(`${world.origin}/login/oidc`);
    return [
      (await one.go(`${world.origin}/login/oidc/callback?${query}`)).status,
      (await one.go(`${world.origin}/login/oidc/callback?${query}`)).status,
    ];
  };
  expect(await wrong('code=x&state=other')).toEqual([401, 401]);
  expect(await wrong('error=access_denied')).toEqual([401, 401]);
  expect((await ana.go(forged)).status).toBe(401);
});

test('nobody is led to another site after the login', async () => {
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    const { url } = await browser().logIn('ana', next);
    expect(url).toBe(`${world.origin}/console`);
  }
});

test('a provider that is away says so, and the password still works', async () => {
  const away = await openWorld({ 'oidc-issuer': 'http://127.0.0.1:9', 'oidc-client-id': 'arcos' });
  try {
    expect((await fetch(`${away.origin}/login/oidc`, { redirect: 'manual' })).status).toBe(503);
    expect((await fetch(`${away.origin}/login`)).status).toBe(200);
  } finally {
    await away.close();
  }
});

const CHROMIUM = chromiumPath();

test.skipIf(CHROMIUM === undefined)(
  'in a browser: in by the provider, out again, and told when the provider is away',
  { timeout: 120_000 },
  async () => {
    PEOPLE['caio'] = { email: 'caio@rio.br', email_verified: true, groups: ['dados'] };
    const chromium = await openBrowser(CHROMIUM ?? '');
    try {
      const page = await (await chromium.newContext({ locale: 'en' })).newPage();
      await page.goto(`${world.origin}/login?next=/console/runs`);
      await page.getByRole('link', { name: /organisation/ }).click();
      await page.locator('[name=login]').fill('caio');
      await page.locator('[name=password]').fill('x');
      await page.locator('[type=submit]').click();
      await page.locator('[type=submit]').click();
      await page.waitForURL(`${world.origin}/console/runs`);
      const session = () => page.evaluate(async () => (await fetch('/api/session')).json());
      expect(await session()).toMatchObject({
        name: 'caio@rio.br',
        bindings: [expect.objectContaining({ group: 'dados' })],
      });
      const [cookie] = (await page.context().cookies()).filter(({ name }) => name === 'arcos_session');
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });

      await page.evaluate(() => fetch('/api/session', { method: 'DELETE' }));
      expect(await session()).toMatchObject({ kind: 'anonymous' });
      // The key that the cookie held has ended here too.
      const replayed = { cookie: `arcos_session=${cookie?.value}` };
      await expect.poll(async () => (await fetch(`${world.origin}/api/runs`, { headers: replayed })).status).toBe(401);

      provider.closeAllConnections();
      provider.close();
      await page.goto(`${world.origin}/login`);
      await page.context().clearCookies();
      const away = await openWorld({ 'oidc-issuer': issuer, 'oidc-client-id': 'arcos' });
      try {
        await page.goto(`${away.origin}/login`);
        await page.getByRole('link', { name: /organisation/ }).click();
        await page
          .getByRole('alert')
          .filter({ hasText: /cannot be reached/ })
          .waitFor();
        await page.getByRole('link', { name: 'Log in' }).click();
        await page.locator('[name=password]').waitFor();
      } finally {
        await away.close();
      }
    } finally {
      await chromium.close();
    }
  },
);
