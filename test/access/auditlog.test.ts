import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/access/audit.ts';
import { openWorld, type World } from './world.ts';

/** All of it: ARCOS_AUDIT_OPERATIONS=100000 npx vitest run test/access/auditlog.test.ts */
const OPERATIONS = Number(process.env['ARCOS_AUDIT_OPERATIONS'] ?? 2_000);
const AT_A_TIME = 24;
const SECRETS = ['valor-muito-secreto', 'linha-muito-privada', 'senha muito errada mesmo'];
const PROJECT = '/bigquery/v2/projects/rj-escritorio';
const TABLE = 'rj-escritorio.adm.chamado';

let world: World;
const callers: { name: string; key: string | undefined }[] = [];

beforeAll(async () => {
  // The callers' addresses come by a proxy's header, a different one with each operation.
  world = await openWorld({ 'trust-proxy': '127.0.0.1' });
  const { adminKey } = world.server;
  await world.call(adminKey, 'POST', `${PROJECT}/datasets`, { datasetReference: { datasetId: 'adm' } });
  const query = `CREATE TABLE \`${TABLE}\` AS SELECT '${SECRETS[1]}' AS linha`;
  await world.call(adminKey, 'POST', `${PROJECT}/queries`, { query, useLegacySql: false });
  callers.push({ name: 'administrador', key: adminKey });
  for (const role of ['leitor', 'editor'] as const) callers.push(await world.person(role));
  callers.push({ name: 'anonymous', key: undefined }, { name: 'anonymous', key: 'arcos_wrong' });
}, 120_000);
afterAll(() => world?.close());

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** As the log has it. */
  readonly operation: string;
  readonly detail?: AuditEntry['detail'];
}

/** One of each kind in turn; `n` makes the names different. */
const KINDS: readonly ((n: number) => Operation)[] = [
  () => ({ method: 'GET', path: '/api/runs', operation: 'GET /api/runs' }),
  (n) => ({ method: 'GET', path: `/api/principals/u${n}`, operation: 'GET /api/principals/:name' }),
  (n) => ({
    method: 'PUT',
    path: `/api/groups/g${n % 50}`,
    body: { agency: 'escritorio' },
    operation: 'PUT /api/groups/:name',
  }),
  (n) => ({
    method: 'PUT',
    path: `/api/namespaces/rj-escritorio/secrets/S${n % 50}`,
    body: { value: SECRETS[0] },
    operation: 'PUT /api/namespaces/:namespace/secrets/:name',
  }),
  (n) => ({
    method: 'POST',
    path: `/upload/storage/v1/b/rj-escritorio/o?uploadType=media&name=pasta/${n % 50}.csv`,
    body: { linha: SECRETS[1] },
    operation: 'POST /upload/storage/v1/b/:bucket/o',
  }),
  (n) => ({ method: 'GET', path: `/rj-escritorio/pasta/${n % 50}.csv`, operation: 'GET /:bucket/*' }),
  () => ({
    method: 'POST',
    path: '/api/keys',
    body: { user: 'ninguem@escritorio', password: SECRETS[2] },
    operation: 'POST /api/keys',
  }),
  () => ({
    method: 'POST',
    path: '/namespaces/rj-escritorio/jsonrpc',
    body: { jsonrpc: '2.0', id: 1, method: 'run_sql', params: { sql: SECRETS[1] } },
    operation: 'POST /namespaces/:namespace/jsonrpc',
    detail: { method: 'run_sql' },
  }),
];
/** Dearer than the others, and so fewer: each commits. */
const QUERY_EVERY = Math.max(40, Math.round(OPERATIONS / 250));
const QUERIES: readonly ((n: number) => Operation)[] = [
  () => ({
    method: 'POST',
    path: `${PROJECT}/queries`,
    body: { query: `SELECT COUNT(*) FROM \`${TABLE}\` WHERE linha <> '${SECRETS[1]}'`, useLegacySql: false },
    operation: 'POST /bigquery/v2/projects/:project/queries',
    detail: { reads: [TABLE] },
  }),
  (n) => ({
    method: 'POST',
    path: `${PROJECT}/queries`,
    body: {
      query: `CREATE OR REPLACE TABLE \`rj-escritorio.adm.t${n % 3}\` AS SELECT * FROM \`${TABLE}\``,
      useLegacySql: false,
    },
    operation: 'POST /bigquery/v2/projects/:project/queries',
    detail: { reads: [TABLE], writes: [`rj-escritorio.adm.t${n % 3}`] },
  }),
];

const operationOf = (n: number): Operation => {
  const query = n % QUERY_EVERY === 0;
  const kinds = query ? QUERIES : KINDS;
  return (kinds[(query ? n / QUERY_EVERY : n) % kinds.length] ?? KINDS[0])?.(n) as Operation;
};
const callerOf = (n: number) => callers[(n * 7 + Math.floor(n / 8)) % callers.length] as (typeof callers)[number];
const addressOf = (n: number) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;

test(`each of ${OPERATIONS} mixed operations is in the log: who, what, whence, result`, {
  timeout: 3_600_000,
}, async () => {
  const statuses = new Map<number, number>();
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < OPERATIONS; n = next++) {
      const { method, path, body } = operationOf(n);
      const { key } = callerOf(n);
      const answer = await fetch(world.origin + path, {
        method,
        headers: {
          'x-forwarded-for': addressOf(n),
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      await answer.arrayBuffer();
      statuses.set(n, answer.status);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));

  const exported = async () => (await world.call(world.server.adminKey, 'GET', '/api/audit')).text();
  let log = '';
  // What was only read is there a moment after its answer.
  const missing = async () => {
    log = await exported();
    const there = new Set(log.match(/(?<="address":")10\.\d+\.\d+\.\d+/g));
    return [...statuses.keys()].filter((n) => !there.has(addressOf(n))).length;
  };
  await expect.poll(missing, { timeout: 60_000, interval: 1_000 }).toBe(0);
  const entries = new Map(
    log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry)
      .map((entry) => [entry.address, entry] as const),
  );
  const wrong: unknown[] = [];
  for (let n = 0; n < OPERATIONS; n++) {
    const { operation, path, detail = {} } = operationOf(n);
    const { name } = callerOf(n);
    const entry = entries.get(addressOf(n));
    const got = entry && [entry.name, entry.operation, entry.path, entry.status];
    const expected = [name, operation, path.split('?')[0], statuses.get(n)];
    // Who is refused at the door did not get as far as a table.
    const full =
      name === 'anonymous' ||
      statuses.get(n) === 403 ||
      JSON.stringify(sorted(entry?.detail)) === JSON.stringify(sorted(detail));
    if (JSON.stringify(got) !== JSON.stringify(expected) || !full) wrong.push({ n, expected, detail, entry });
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  for (const secret of [...SECRETS, 'SELECT', ...callers.flatMap(({ key }) => key ?? [])])
    expect(log).not.toContain(secret);
});

const sorted = (detail: AuditEntry['detail'] = {}) => [detail.reads, detail.writes, detail.method];
