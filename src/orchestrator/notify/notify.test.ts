import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAccess } from '../../access/access.ts';
import { keyRing } from '../../access/masterkey.ts';
import { createSecrets, type Secrets } from '../../access/secrets.ts';
import type { Store } from '../../store/store.ts';
import { openTestStore } from '../../store/testing.ts';
import { AGENT, claimNow, openTestOrchestrator, registrationOf, type TestOrchestrator, told } from '../testing.ts';
import { httpMessage, mailMessage, type News } from './message.ts';
import { createOutward } from './outward.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const POLL = { timeout: 20_000, interval: 20 };
const PLACE = { namespace: 'rj-a', name: 'plantao' };
const BY = 'ana';

interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly body: { readonly event: string; readonly runs: readonly { readonly flow: string }[] };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A service that answers as it is told, and remembers what it heard. */
async function receiver(answers: number[] = []): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    heard.push({ headers: request.headers, path: request.url ?? '', body: JSON.parse(await text(request)) });
    response.writeHead(answers.shift() ?? 204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, heard };
}

/** A mail server (RFC 5321) that takes everything. */
async function mailServer(): Promise<{ url: string; mails: { to: string[]; data: string }[] }> {
  const mails: { to: string[]; data: string }[] = [];
  const server = createTcp((socket) => {
    let to: string[] = [];
    let data: string[] | undefined;
    let rest = '';
    socket.on('error', () => undefined);
    socket.write('220 here\r\n');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (data !== undefined && line !== '.') data.push(line);
        else if (data !== undefined) {
          mails.push({ to, data: data.join('\n') });
          [data, to] = [undefined, []];
          socket.write('250 taken\r\n');
        } else if (line === 'DATA') {
          data = [];
          socket.write('354 go on\r\n');
        } else {
          const recipient = /^RCPT TO:<(.*?)>/.exec(line)?.[1];
          if (recipient !== undefined) to.push(recipient);
          socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 good\r\n');
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, mails };
}

let world: TestOrchestrator;
let secretsStore: Store | undefined;
let secrets: Secrets;
const KEY = randomBytes(32).toString('base64');
beforeEach(() => {
  secretsStore = undefined;
});

/** `more`: what else notifications are sent with. */
async function open(more: object = {}): Promise<TestOrchestrator> {
  // Its secrets are in a store of their own: the other is not there yet.
  secretsStore = await openTestStore();
  const access = createAccess(secretsStore);
  await access.putAgency({ id: 'rio', name: 'Rio' });
  await access.putProject({ id: 'rio', agency: 'rio' });
  await access.putNamespace({ id: 'rj-a', agency: 'rio', project: 'rio' });
  secrets = createSecrets(
    secretsStore,
    keyRing(() => KEY),
  );
  world = await openTestOrchestrator({ notify: { secrets, allowed: ['127.0.0.1'], ...more }, overdueEveryMs: 50 });
  closing.push(() => secretsStore?.close());
  closing.push(() => world.close());
  return world;
}

async function fail(flow: string, owners: string[] = []): Promise<string> {
  const { orchestrator } = world;
  const { deployment } = await orchestrator.register(registrationOf(flow, { owners }));
  const { id } = await orchestrator.startRun(deployment.id, {});
  const { fence = 0 } = (await claimNow(orchestrator, AGENT, 5_000)) ?? {};
  const events = [told.state('Running'), told.state('Failed', 'no such file')];
  await orchestrator.report(id, { fence, source: 'run', first: 1, events });
  return id;
}

test('a failed run is told of once, by the rules that want it, also when the receiver was away', async () => {
  const { orchestrator } = await open();
  const { url, heard } = await receiver([503, 204]);
  const other = await receiver();
  await orchestrator.putNotificationRule(PLACE, { events: ['failed'], channel: { kind: 'webhook', url } }, BY);
  const elsewhere = { events: ['failed' as const], flow: 'g', channel: { kind: 'webhook' as const, url: other.url } };
  await orchestrator.putNotificationRule({ ...PLACE, name: 'g' }, elsewhere, BY);
  const run = await fail('f', ['ana@rio.br']);
  await expect.poll(() => heard.length, POLL).toBe(1);
  const first = async () => (await orchestrator.deliveries(['rj-a'], 10))[0];
  await expect.poll(first, POLL).toMatchObject({ state: 'waiting', tries: 1, error: expect.stringContaining('503') });
  // The time of the next try, at once.
  await world.store
    .tables<Record<string, { next_at: Date }>>()
    .updateTable('orchestrator.notification')
    .set({ next_at: new Date(0) })
    .execute();
  await expect.poll(first, { timeout: 20_000 }).toMatchObject({ state: 'delivered', tries: 2, run });
  expect(heard.map(({ body }) => [body.event, body.runs.length])).toEqual([
    ['failed', 1],
    ['failed', 1],
  ]);
  expect(heard[1]?.headers['idempotency-key']).toBe(heard[0]?.headers['idempotency-key']);
  expect(heard[1]?.body.runs).toMatchObject([{ flow: 'f', message: 'no such file', owners: ['ana@rio.br'] }]);
  expect(other.heard).toEqual([]);
  expect(JSON.stringify(await orchestrator.notificationRules(['rj-a']))).not.toContain('/hook');
});

test('runs that are late or stuck are told of once, all together, by whichever server', async () => {
  const { orchestrator } = await open();
  const { url, heard } = await receiver();
  await world.another({ notify: { secrets, allowed: ['127.0.0.0/8'] }, overdueEveryMs: 50 });
  const events = ['late', 'stuck'] as const;
  await orchestrator.putNotificationRule(PLACE, { events, channel: { kind: 'webhook', url } }, BY);
  const { deployment } = await orchestrator.register(registrationOf('f'));
  for (let made = 0; made < 3; made++) await orchestrator.startRun(deployment.id, {});
  await claimNow(orchestrator);
  const long = new Date(Date.now() - 3 * 3_600_000);
  await world.store
    .tables<Record<string, { due_at: Date }>>()
    .updateTable('orchestrator.run')
    .set({ due_at: long })
    .execute();
  const all = async () =>
    (await orchestrator.deliveries(['rj-a'], 10)).map(({ event, state }) => `${event} ${state}`).toSorted();
  await expect.poll(all, POLL).toEqual(['late delivered', 'late delivered', 'stuck delivered']);
  const count = (event: string) =>
    heard.filter(({ body }) => body.event === event).reduce((sum, { body }) => sum + body.runs.length, 0);
  expect([count('late'), count('stuck')]).toEqual([2, 1]);
});

test('a mail goes to the owners, and Telegram and the others get what they understand', async () => {
  const { url, mails } = await mailServer();
  const { url: api, heard } = await receiver();
  const { orchestrator } = await open({
    mail: { url, from: 'arcos@rio.br' },
    telegram: new URL(api).origin,
    origin: 'https://arcos.rio',
  });
  const put = (name: string, channel: Parameters<typeof orchestrator.putNotificationRule>[1]['channel']) =>
    orchestrator.putNotificationRule({ ...PLACE, name }, { events: ['failed'], channel }, BY);
  await put('mail', { kind: 'email', to: ['owners', 'chefe@rio.br'] });
  await put('telegram', { kind: 'telegram', token: '1:abc', chat: '-100' });
  await put('discord', { kind: 'discord', url: api });
  const run = await fail('f', ['ana@rio.br', '<@42>', '@equipe']);
  await expect.poll(() => [mails.length, heard.length], POLL).toEqual([1, 2]);
  expect(mails[0]?.to).toEqual(['ana@rio.br', 'chefe@rio.br']);
  expect(mails[0]?.data).toMatch(/Subject: \[Arcos\] rj-a: f failed/);
  // Long lines are folded (RFC 2045 section 6.7).
  expect(mails[0]?.data.replaceAll('=\n', '')).toContain(`https://arcos.rio/console/runs/${run}`);
  expect(heard.find(({ path }) => path === '/bot1:abc/sendMessage')?.body).toMatchObject({ chat_id: '-100' });
  const { body } = heard.find(({ path }) => path === '/hook') ?? {};
  expect(body).toMatchObject({ allowed_mentions: { parse: [], users: ['42'] } });
});

test.for([
  'http://127.0.0.1:1/',
  'http://[::1]:1/',
  'http://localhost:1/',
  'http://[::ffff:10.0.0.1]/',
  'http://169.254.169.254/latest',
])('nothing is sent to %s', async (url) => {
  const post = createOutward([]).post({ url, headers: {}, body: '' });
  await expect(post).rejects.toMatchObject({ code: 'DENIED' });
});

test('a message says no more than its channel takes, and calls nobody', () => {
  const run = { id: '1', name: 'n', state: 'Failed', attempt: 1, scheduledFor: '2026-01-01T00:00:00Z', owners: [] };
  const runs = Array.from({ length: 500 }, () => ({ ...run, flow: 'f', message: `<!channel> ${'x'.repeat(900)}` }));
  const news: News = { id: 'i', namespace: 'rj-a', rule: 'r', event: 'failed', runs };
  const discord = JSON.parse(httpMessage({ kind: 'discord', url: 'https://x/' }, news).body) as { content: string };
  expect(discord.content.length).toBeLessThanOrEqual(2_000);
  const slack = JSON.parse(httpMessage({ kind: 'slack', url: 'https://x/' }, news).body) as { text: string };
  expect(slack.text).not.toContain('<!channel>');
  expect(slack.text).toContain('and 480 more');
  expect(mailMessage(['owners'], news).to).toEqual([]);
});
