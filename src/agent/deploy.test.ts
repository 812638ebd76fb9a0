import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { EOL, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sha256 } from '../base/ids.ts';
import { lakeClient } from '../lake/client.ts';
import { openTestLake } from '../lake/testing.ts';
import { openTestOrchestrator } from '../orchestrator/testing.ts';
import { bundleFlow } from './bundle.ts';
import { createBundles } from './bundles.ts';
import { deployFlow } from './deploy.ts';
import { describeBundle } from './describe.ts';

/** Processes and databases are started here, perhaps on a machine that is busy. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'arcos-deploy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const FLOWS = `
import { cron, flow, task } from 'arcos';
import { z } from 'zod';
import { DAYS } from './days.ts';

const read = task({ name: 'read' }, async () => DAYS);
export const daily = flow(
  { name: 'daily', description: 'Every day', parameters: z.object({ day: z.iso.date() }), labels: ['rio'],
    schedules: [cron('0 6 * * *')], retries: 2, retryDelay: '1m', concurrency: 1 },
  async () => { await read(); },
);
export const weekly = flow({ name: 'weekly' }, async () => { await read(); });
if (import.meta.main) throw new Error('this is not how it is run');
`;

test('each exported flow is registered with what it says of itself, its code under its hash', async () => {
  write('days.ts', "export const DAYS: readonly string[] = ['monday'];");
  const file = write('flows.ts', FLOWS);
  const open = await openTestLake();
  const { orchestrator, close } = await openTestOrchestrator();
  try {
    await open.lake.putBucket({ name: 'arcos-code', project: 'rio', purpose: 'code' });
    const options = { file, namespace: 'rj-a', lake: open.lake, client: orchestrator, gitCommit: 'abc' };
    const registered = await deployFlow(options);
    expect(await deployFlow(options)).toEqual(registered.map(({ deployment }) => ({ deployment, changed: false })));
    const [daily, weekly] = registered;
    expect(weekly).toMatchObject({ deployment: { flow: { name: 'weekly' }, labels: [], schedules: [] } });
    expect(daily).toMatchObject({
      changed: true,
      deployment: {
        name: 'default',
        namespace: 'rj-a',
        labels: ['rio'],
        schedules: [{ description: 'cron 0 6 * * * America/Sao_Paulo' }],
        version: {
          number: 1,
          parameters: { type: 'object', properties: { day: { type: 'string', format: 'date' } }, required: ['day'] },
        },
      },
    });
    const bundle = daily?.deployment.version.bundle ?? { bucket: '', name: '', sha256: '' };
    const { objects } = await open.lake.list({ bucket: 'arcos-code' });
    expect(objects.map(({ name }) => name)).toEqual([`namespaces/rj-a/flows/${bundle.sha256}.mjs`]);

    const bundles = createBundles(open.lake, join(folder, 'bundles'));
    const fetched = await bundles.file(bundle);
    // Broken on the disk: fetched anew.
    writeFileSync(fetched, 'broken');
    expect(await bundles.file(bundle)).toBe(fetched);
    expect(sha256(readFileSync(fetched))).toBe(bundle.sha256);
    await expect(bundles.file({ ...bundle, sha256: sha256('other') })).rejects.toMatchObject({ code: 'INVALID' });
  } finally {
    await close();
    await open.close();
  }
});

test('the same sources make the same bytes, with `arcos` and `arcos/ingest` inside', async () => {
  const file = write(
    'flow.ts',
    "import { stage } from 'arcos/ingest';\nimport { flow } from 'arcos';\nexport const f = flow({ name: 'f' }, async () => { await stage({} as never); });\n",
  );
  const code = await bundleFlow(file);
  expect(sha256(await bundleFlow(file))).toBe(sha256(code));
  const imports = [
    ...Buffer.from(code)
      .toString()
      .matchAll(/^import .* from ["'](.*)["'];$/gm),
  ].map(([, from = '']) => from);
  expect(imports.filter((from) => !from.startsWith('node:'))).toEqual([]);
});

test('a CommonJS package may be inside, with what it requires of Node', async () => {
  mkdirSync(join(folder, 'node_modules', 'plain'), { recursive: true });
  write('node_modules/plain/package.json', '{"name":"plain","main":"index.js"}');
  write('node_modules/plain/index.js', "const name = 'node:os'; exports.end = require(name).EOL;");
  const text = [
    "import { flow } from 'arcos';",
    "import { end } from 'plain';",
    'export const f = flow({ name: JSON.stringify(end) }, async () => {});',
  ];
  const file = write('flow.ts', text.join('\n'));
  const bundleFile = write('bundle.mjs', Buffer.from(await bundleFlow(file)).toString());
  expect(await describeBundle(bundleFile)).toMatchObject([{ name: JSON.stringify(EOL) }]);
});

test.for([
  [
    'export const x = 1;\nimport { y } from "./nowhere.ts";\nvoid y;',
    /flow\.ts:2:19: Could not resolve ".\/nowhere.ts"/,
  ],
  ['export const x = 1;', /exports no flow/],
  ["throw new Error('too early');\nexport const x = 1;", /too early/],
] as const)('%j cannot be deployed, and it is said why', async ([text, why]) => {
  const file = write('flow.ts', text);
  const lake = lakeClient({ baseUrl: 'http://127.0.0.1:1' });
  const client = { register: () => Promise.reject(new Error('must not come to this')) };
  await expect(deployFlow({ file, namespace: 'rj-a', lake, client })).rejects.toMatchObject({
    code: 'INVALID',
    message: expect.stringMatching(why),
  });
});
