import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeThings } from '../access/request.ts';
import { openWorld, type World } from '../access/world.ts';
import { pythonWithClients } from './venv.ts';

/** About as many requests in all. The whole: ARCOS_SCHEMATHESIS=20000 npx vitest run test/clients/schemathesis.test.ts */
const REQUESTS = Number(process.env['ARCOS_SCHEMATHESIS'] ?? 400);
const WHOLE = REQUESTS > 1_000;
const SURFACES = [
  // First: the others take away what is published.
  '/api/portal/openapi.json',
  '/api/openapi.json',
  '/api/openapi/lake.json',
  '/api/openapi/warehouse.json',
];
/** These answer for as long as they are listened to. */
const ENDLESS = '/api/runs/[^/]+/(events|logs)$|/api/agents/claim$';

const client = pythonWithClients('schemathesis.txt');
let world: World;
let dir: string;
let names: Readonly<Record<string, string>>;

beforeAll(async () => {
  if ('missing' in client) return;
  world = await openWorld();
  names = await makeThings(world);
  await publish();
  dir = mkdtempSync(join(tmpdir(), 'arcos-schemathesis-'));
}, 180_000);
afterAll(async () => {
  await world?.close();
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
});

/** Something for everyone, so that the portal's document has something in it. */
async function publish(): Promise<void> {
  const { adminKey } = world.server;
  const ask = async (method: string, path: string, body: unknown) => {
    const answer = await world.call(adminKey, method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  const project = '/bigquery/v2/projects/rj-escritorio';
  await ask('POST', `${project}/datasets`, { datasetReference: { datasetId: 'publico' }, description: 'Bairros' });
  const columns = "nome STRING OPTIONS (description = 'Nome'), n INT64 OPTIONS (description = 'Quantos')";
  const query = `CREATE TABLE publico.bairro (${columns}) OPTIONS (description = 'Bairros')`;
  await ask('POST', `${project}/queries`, { query, useLegacySql: false });
  await ask('POST', `${project}/queries`, { query: "INSERT publico.bairro VALUES ('Centro', 1)", useLegacySql: false });
  const said = { title: 'Bairros', description: 'd', licence: 'CC-BY-4.0', frequency: 'daily', owner: 'o', theme: 't' };
  await ask('PUT', '/api/publications/rj-escritorio/publico', { ...said, tables: ['bairro'] });
}

/** A configuration in which names in paths are those of things that are there, or left to chance. */
function configuration(known: boolean): string {
  const file = join(dir, `${known}.toml`);
  const lines = Object.entries(names)
    .filter(([name]) => !['user', 'key', 'job'].includes(name))
    .map(([name, value]) => `"path.${name}" = ${JSON.stringify(value)}`);
  writeFileSync(file, known ? `[parameters]\n${lines.join('\n')}\n` : '');
  return file;
}

async function fuzz(python: string, path: string, known: boolean): Promise<string> {
  const document = (await (await fetch(world.origin + path)).json()) as { paths: Record<string, object> };
  const operations = Object.values(document.paths).flatMap((item) => Object.keys(item)).length;
  const examples = Math.max(1, Math.round(REQUESTS / SURFACES.length / 2 / Math.max(1, operations)));
  const args = [
    ...['--config-file', configuration(known), 'run', world.origin + path],
    ...['--header', `Authorization: Bearer ${world.server.adminKey}`, '--exclude-path-regex', ENDLESS],
    ...['--checks', 'not_a_server_error', '--max-examples', String(examples), '--seed', '20261121'],
    ...['--phases', WHOLE ? 'coverage,fuzzing' : 'fuzzing', '--request-timeout', '20', '--workers', '1', '--no-color'],
    ...['--suppress-health-check', 'all', '--generation-database', 'none'],
  ];
  const program = join(dirname(python), 'schemathesis');
  try {
    return (await promisify(execFile)(program, args, { cwd: dir, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (thrown) {
    const { stdout = '', stderr = '' } = thrown as { stdout?: string; stderr?: string };
    throw new Error(
      `${path}, ${known ? 'known' : 'any'} names:\n${/=+ (ERRORS|FAILURES) =+[\s\S]*?(?==+ WARNINGS)/.exec(stdout)?.[0] ?? stdout.slice(-20_000)}\n${stderr.slice(-2_000)}`,
    );
  }
}

const CASES = SURFACES.flatMap((path) => [
  [path, 'known'] as const,
  ...(path.includes('portal') ? [] : [[path, 'any'] as const]),
]);

test.skipIf('missing' in client).for(CASES)(
  'no request by %s with %s names makes the server fail',
  { timeout: 3_600_000 },
  async ([path, kind]) => {
    if ('missing' in client) return;
    const report = await fuzz(client.python, path, kind === 'known');
    if (WHOLE) process.stderr.write(`${path} ${kind}: ${/Test cases:[\s\S]*/.exec(report)?.[0] ?? report}\n`);
    expect(report).toMatch(/Test cases/);
    expect((await fetch(`${world.origin}/api/health`)).status).toBe(200);
  },
);
