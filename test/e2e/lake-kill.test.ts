import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { createLake } from '../../src/lake/lake.ts';
import { openTestLake, type TestLake } from '../../src/lake/testing.ts';
import { contentOf, type Said } from './lake/content.ts';

const TIMES = 20;
/** Longer than any upload is waited for. */
const LATER_MS = 8 * 24 * 3_600_000;

let open: TestLake;
let key: string;
let port = '0';
const said: Said[] = [];
const processes: Partial<Record<'server' | 'writer', ChildProcess>> = {};

beforeAll(async () => {
  open = await openTestLake();
  const bindings = [{ role: 'editor' as const, scope: { kind: 'agency' as const, id: 'rio' } }];
  const id = await open.access.putPrincipal({ kind: 'service_account', name: 'writer', agency: 'rio', bindings });
  key = await open.access.issueKey(id, { purpose: 'test' });
});
afterAll(async () => {
  for (const child of Object.values(processes)) child.kill('SIGKILL');
  await open.close();
});

function start(name: string, args: string[]): ChildProcess {
  const script = join(import.meta.dirname, 'lake', `${name}.ts`);
  return spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function startServer(): Promise<void> {
  const child = start('server', [open.store.url, open.root, port]);
  processes.server = child;
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  port = /ready (\d+)/.exec(String(line))?.[1] ?? '0';
}

async function startWriter(number: number): Promise<void> {
  const child = start('writer', [`http://127.0.0.1:${port}`, key, `writer=${number}`]);
  processes.writer = child;
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  // A line that the kill cut short says nothing.
  lines.on('line', (line) => line.endsWith('}') && said.push(JSON.parse(line) as Said));
  await once(lines, 'line');
}

async function kill(name: 'server' | 'writer'): Promise<void> {
  const child = processes[name];
  if (child === undefined) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** What each name may be: what the last acknowledged change made of it, or one that was asked for since. */
function outcomes(): Map<string, Set<number | null>> {
  const possible = new Map<string, Set<number | null>>();
  for (const { what, name, number } of said) {
    if (what === 'done') possible.set(name, new Set([number]));
    else possible.set(name, (possible.get(name) ?? new Set([null])).add(number));
  }
  return possible;
}

/** Files of the lake's folder, from its root. */
function files(): string[] {
  return readdirSync(open.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test(`every acknowledged object is whole, no other is there, and nothing is left over (${TIMES} kills)`, async () => {
  let writers = 0;
  await startServer();
  await startWriter(writers++);
  for (let time = 0; time < TIMES; time++) {
    await sleep(50 + Math.random() * 500);
    if (time % 3 === 2) {
      await kill('writer');
      await startWriter(writers++);
    } else {
      await kill('server');
      await startServer();
    }
  }
  await kill('writer');
  await kill('server');

  const possible = outcomes();
  const objects = await open.lake.files('rio', '');
  const there = new Map<string, number>();
  for (const { name } of objects) {
    if (name.endsWith('.source')) {
      expect(possible.has(name.replace('.source', ''))).toBe(true);
      continue;
    }
    const content = await buffer((await open.lake.read({ bucket: 'rio', name })).content);
    const number = [1, 2].find((each) => content.equals(contentOf(name, each)));
    expect(number, `${name} has ${content.length} bytes that nobody wrote`).toBeDefined();
    there.set(name, number ?? 0);
  }
  const wrong = [...possible].filter(([name, numbers]) => !numbers.has(there.get(name) ?? null));
  expect(wrong).toEqual([]);
  expect([...there.keys()].filter((name) => !possible.has(name))).toEqual([]);
  // It was worth while: much was acknowledged, and some of it again and again interrupted.
  expect(said.filter(({ what }) => what === 'done').length).toBeGreaterThan(TIMES * 5);
  expect([...possible.values()].some((numbers) => numbers.size > 1)).toBe(true);

  const clock = { now: () => new Date(Date.now() + LATER_MS) };
  const later = await createLake({ store: open.store, root: open.root, log: silentLog, clock, graceMs: 0 });
  const expected = objects.map((object) => open.lake.path(object)).sort();
  await expect.poll(() => later.sweep().then(() => files().sort()), { timeout: 20_000 }).toEqual(expected);
}, 120_000);
