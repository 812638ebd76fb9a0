import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

let world: World;
let admin: string;

beforeAll(async () => {
  world = await openWorld();
  admin = world.server.adminKey;
}, 120_000);
afterAll(() => world?.close());

const PASSWORD = 'quatro palavras bem longas';

async function newUser(name: string): Promise<void> {
  await world.call(admin, 'PUT', `/api/users/${name}`, { agency: 'escritorio' });
  const invited = await world.call(admin, 'POST', `/api/users/${name}/invitation`, {});
  const { token } = (await invited.json()) as { token: string };
  expect((await world.call(undefined, 'POST', '/api/password', { token, password: PASSWORD })).status).toBe(204);
}

const health = async () => (await fetch(`${world.origin}/api/health`)).status;

/** What the server answers to these bytes, until it closes the connection; nothing when it cuts it. */
async function raw(text: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(world.origin);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(text);
  let answer = '';
  try {
    for await (const chunk of socket) {
      answer += String(chunk);
      // It keeps the connection for the next request.
      if (/^HTTP\/1\.1 \d+ [\s\S]*\r\n\r\n/.test(answer)) break;
    }
  } catch {
    // Reset: the strictest of refusals.
  }
  socket.destroy();
  return answer;
}

test('a session is a new one with each login, whatever cookie came with it', async () => {
  await newUser('fixa@escritorio');
  const login = async (cookie: string) => {
    const answer = await fetch(`${world.origin}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body: new URLSearchParams({ user: 'fixa@escritorio', password: PASSWORD }),
    });
    expect(answer.status).toBe(303);
    return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  };
  const planted = `arcos_session=arcos_${'0'.repeat(32)}_${'A'.repeat(43)}`;
  const first = await login(planted);
  const second = await login(first);
  expect(new Set([planted, first, second]).size).toBe(3);
  expect((await fetch(`${world.origin}/api/runs`, { headers: { cookie: planted } })).status).toBe(401);
});

test.for([
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
])('a page of another site changes nothing: %o', async (headers) => {
  const { id } = await world.person('administrador');
  const cookie = `arcos_session=${await world.access.issueKey(id, { purpose: 'session' })}`;
  for (const [method, path] of [
    ['PUT', '/api/groups/forjado'],
    ['POST', '/api/bindings'],
    ['POST', '/login'],
    ['DELETE', '/api/session'],
  ] as const) {
    const answer = await fetch(world.origin + path, { method, headers: { ...headers, cookie }, redirect: 'manual' });
    expect(answer.status, path).toBe(403);
  }
  expect(await world.access.directory.find('forjado')).toBeUndefined();
});

test('after a login nobody is led to another site', async () => {
  await newUser('longe@escritorio');
  for (const next of [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\\\\evil.example',
  ]) {
    const answer = await fetch(`${world.origin}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ user: 'longe@escritorio', password: PASSWORD, next }),
    });
    const target = new URL(answer.headers.get('location') ?? '', world.origin);
    expect(`${next} ${target.origin}`).toBe(`${next} ${world.origin}`);
  }
});

const NAMES = [
  '../../etc/passwd',
  '%2e%2e',
  'a/../../b',
  'a\0b',
  'a\r\nSet-Cookie: x=y',
  "a'; DROP TABLE x; --",
  'a"b',
  '<script>',
  '$(id)',
  'x'.repeat(5_000),
];

test.for(NAMES)('a name such as %j is refused in every place for a name', async (name) => {
  const encoded = encodeURIComponent(name);
  const put = (path: string, body: unknown) => world.call(admin, 'PUT', path, body);
  const answers = await Promise.all([
    put(`/api/users/${encoded}`, { agency: 'escritorio' }),
    put(`/api/groups/${encoded}`, { agency: 'escritorio' }),
    put(`/api/agencies/${encoded}`, { name: 'x' }),
    put(`/api/namespaces/${encoded}`, { agency: 'escritorio', project: 'rj-escritorio' }),
    put(`/api/service-accounts/${encoded}`, { agency: 'escritorio', role: 'leitor' }),
    world.call(admin, 'POST', '/api/namespaces/rj-escritorio/agents', { name }),
    world.call(admin, 'GET', `/api/principals/${encoded}`),
    world.call(admin, 'POST', '/api/bindings', { principal: name, role: 'leitor', scope: `project/${name}` }),
    world.call(admin, 'GET', `/api/audit?agency=${encoded}&name=${encoded}`),
    world.call(admin, 'GET', `/web/${encoded}`),
    world.call(admin, 'GET', `/namespaces/${encoded}/jsonrpc`),
    world.call(undefined, 'POST', '/api/keys', { user: name, password: name }),
  ]);
  for (const [index, answer] of answers.entries()) {
    const what = `${index}: ${answer.status} ${answer.headers.get('set-cookie')}`;
    const isList = index === 8;
    expect(answer.status, what).toBeGreaterThanOrEqual(isList ? 200 : 400);
    expect(answer.status, what).toBeLessThan(500);
    expect(answer.headers.get('set-cookie'), what).toBeNull();
    expect(await answer.text(), what).not.toContain('root:');
  }
  const rows = await world.access.directory.list();
  expect(rows.map((row) => row.name)).not.toContain(name);
});

test.for([
  '/web/../../etc/passwd',
  '/web/..%2f..%2f..%2fetc/passwd',
  '/web/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '/web/..%5c..%5cetc/passwd',
  '/web//etc/passwd',
  '/rj-escritorio/../../etc/passwd',
  '/storage/v1/b/rj-escritorio/o/..%2f..%2f..%2fetc%2fpasswd?alt=media',
  '/dados/..%2f..%2fetc/passwd',
  '/console/../../../etc/passwd%00.html',
])('%s leads to no file of this machine', async (path) => {
  const answer = await raw(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 (4\d\d|200) /);
  expect(answer).not.toContain('root:');
  if (!path.startsWith('/console')) expect(answer).not.toMatch(/^HTTP\/1\.1 200 /);
});

test('what a login page repeats is text there', async () => {
  const query = new URLSearchParams({ user: '"><script>alert(1)</script>', next: '"><img src=x>', token: '' });
  const page = await (await fetch(`${world.origin}/login?${query}`)).text();
  expect(page).not.toContain('<script>');
  expect(page).not.toContain('<img');
});

test.for([
  ['two lengths', 'POST /api/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
  [
    'a length and chunks',
    'POST /api/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a header over two lines', 'GET /api/runs HTTP/1.1\r\nHost: x\r\nX: a\r\n b: c\r\n\r\n'],
  ['a header without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`],
  ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
] as const)('a request with %s is refused, and the server goes on', async ([, text]) => {
  expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d |^$/);
  expect(await health()).toBe(200);
});

test('a body that is too large is refused before it is read', async () => {
  const answer = await raw(
    'POST /api/keys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{"user":"',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  const deep = '['.repeat(200_000);
  const nested = await fetch(`${world.origin}/api/keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: deep,
  });
  expect(nested.status).toBe(400);
  expect(await health()).toBe(200);
});

test('who guesses passwords has to wait, and others do not', { timeout: 120_000 }, async () => {
  await newUser('gil@escritorio');
  const attempt = async (user: string, password: string) => {
    const answer = await world.call(undefined, 'POST', '/api/keys', { user, password });
    return {
      status: answer.status,
      body: (await answer.json()) as { error?: { message: string; data?: { retryAfter?: number } } },
    };
  };
  const known = await attempt('gil@escritorio', 'errada errada errada');
  const unknown = await attempt('ninguem@escritorio', 'errada errada errada');
  expect(unknown).toEqual(known);
  const statuses = new Map<number, number>();
  let left = 10_000;
  const guess = async () => {
    while (left > 0) {
      left -= 1;
      const { status } = await attempt('gil@escritorio', `senha numero ${left}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 32 }, guess));
  // Each guess that was heard made the next wait longer.
  expect([...statuses.keys()].sort()).toEqual([401, 429]);
  expect(statuses.get(401)).toBeLessThan(20);
  const right = await attempt('gil@escritorio', PASSWORD);
  expect([right.status, right.body.error?.data?.retryAfter]).toEqual([429, expect.any(Number)]);
  expect(await health()).toBe(200);
});

test('many connections that send nothing more keep nobody out', async () => {
  const { hostname, port } = new URL(world.origin);
  const sockets = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(
        'POST /api/keys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
      return socket;
    }),
  );
  expect(await health()).toBe(200);
  for (const socket of sockets) socket.destroy();
});

test('10,000 wrong keys are all refused, and the right one is not', { timeout: 120_000 }, async () => {
  const { key } = await world.person('leitor');
  let left = 10_000;
  const statuses = new Map<number, number>();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const wrong = left % 2 === 0 ? `arcos_${key.slice(6, 38)}_${String(left).padStart(43, 'A')}` : `arcos_${left}`;
      const { status, body } = await fetch(`${world.origin}/api/runs`, {
        headers: { authorization: `Bearer ${wrong}` },
      });
      await body?.cancel();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  expect([...statuses]).toEqual([[401, 10_000]]);
  expect((await world.call(key, 'GET', '/api/runs')).status).toBe(200);
});
