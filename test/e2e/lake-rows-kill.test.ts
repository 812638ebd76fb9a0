import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lakeClient } from '../../src/lake/client.ts';
import { warehouseClient } from '../../src/warehouse/client.ts';
import { type Arcos, freePort, startArcos } from '../support/arcos.ts';
import { type Asked, contentOf, startLanes } from './lake/lanes.ts';

/** More by `ARCOS_KILLS=50`: each takes some seconds, most of them for the server to start again. */
const KILLS = Number(process.env['ARCOS_KILLS'] ?? 2);
/** Between the start and the kill, at the most. */
const ALIVE_MS = 1_500;

let folder: string;
let port: number;
let arcos: Arcos;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'arcos-rows-kill-'));
  port = await freePort();
  arcos = await startArcos(folder, port);
});
afterAll(async () => {
  await arcos?.end();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async (sql: string) => {
  const client = warehouseClient({ baseUrl: arcos.origin, key: arcos.key });
  return (await client.query({ sql, project: 'cidade' })).rows as Record<string, unknown>[];
};

/** How often each number is there. */
async function there(table: Asked['table']): Promise<Map<number, number>> {
  if (table !== 'objetos') {
    const rows = await ask(`SELECT id, COUNT(*) AS n, COUNTIF(nota = 'x') AS good FROM d.${table} GROUP BY id`);
    for (const { n, good } of rows) expect(good).toBe(n);
    return new Map(rows.map(({ id, n }) => [Number(id), Number(n)]));
  }
  const lake = lakeClient({ baseUrl: arcos.origin, key: arcos.key });
  const found = new Map<number, number>();
  for (let pageToken: string | undefined; ; ) {
    const page = await lake.list({
      bucket: 'cidade',
      prefix: 'objetos/',
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    for (const object of page.objects) {
      const number = Number(object.name.split('/')[1]);
      expect(String(await buffer((await lake.read(object)).content))).toBe(contentOf(number));
      found.set(number, 1);
    }
    pageToken = page.nextPageToken;
    if (pageToken === undefined) return found;
  }
}

test(`kill -9 of the server, ${KILLS} times: every acknowledged object and row is there once, and no other`, {
  timeout: 60_000 + KILLS * 20_000,
}, async () => {
  await ask('CREATE SCHEMA d');
  for (const table of ['carga', 'comando', 'fluxo']) await ask(`CREATE TABLE d.${table} (id INT64, nota STRING)`);
  const lanes = startLanes(arcos.origin, arcos.key);
  for (let kill = 0; kill < KILLS; kill++) {
    const before = lanes.asked.filter(({ outcome }) => outcome === 'done').length;
    // Something is acknowledged in each life.
    await expect.poll(() => lanes.asked.filter(({ outcome }) => outcome === 'done').length).toBeGreaterThan(before);
    await sleep(Math.random() * ALIVE_MS);
    await arcos.end('SIGKILL');
    arcos = await startArcos(folder, port);
  }
  await lanes.stop();
  // What was under way when the last one was killed has ended, one way or the other.
  await arcos.end();
  arcos = await startArcos(folder, port);

  const wrong: string[] = [];
  for (const table of ['objetos', 'carga', 'comando', 'fluxo'] as const) {
    const found = await there(table);
    const known = new Set<number>();
    for (const { numbers, outcome, ...one } of lanes.asked) {
      if (one.table !== table) continue;
      for (const number of numbers) known.add(number);
      const counts = numbers.map((number) => found.get(number) ?? 0);
      const [first = 0] = counts;
      const whole = counts.every((count) => count === first) && first <= 1;
      const right = outcome === 'done' ? first === 1 : outcome === 'failed' ? first === 0 : true;
      if (!whole || !right) wrong.push(`${table} ${numbers[0]}: ${outcome ?? 'no answer'}, ${counts.join()}`);
    }
    wrong.push(...[...found.keys()].filter((number) => !known.has(number)).map((number) => `${table}: ${number}`));
  }
  expect(wrong).toEqual([]);
  const count = (outcome: Asked['outcome']) => lanes.asked.filter((one) => one.outcome === outcome).length;
  console.log(
    `${KILLS} kills: ${count('done')} done, ${count('failed')} failed, ${count(undefined)} without an answer`,
  );
  expect(count('done')).toBeGreaterThan(KILLS);
});
