import { afterAll, beforeAll, expect, test } from 'vitest';
import { ArcosError } from '../../src/base/errors.ts';
import type { WarehouseClient } from '../../src/warehouse/port.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';

let open: TestWarehouse;
let rio: WarehouseClient;
let other: WarehouseClient;
beforeAll(async () => {
  open = await openTestWarehouse();
  const { principal } = await open.principal('editora@saude', 'editor', 'saude');
  await open.access.putProject({ id: 'saude', agency: 'saude' });
  rio = open.warehouse.client(open.editor);
  other = open.warehouse.client(principal);
  await other.ensureDataset('saude', 'posto');
  await other.query({
    sql: 'CREATE TABLE posto.vaga AS SELECT n FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS n',
    project: 'saude',
  });
}, 60_000);
afterAll(() => open.close(), 30_000);

const ask = (): Promise<number> =>
  other
    .query({ sql: 'SELECT SUM(n) AS n FROM posto.vaga WHERE RAND() >= 0', project: 'saude' })
    .then(({ rows }) => Number(rows[0]?.['n']));
const sums = (count: number) => Array.from({ length: count }, () => 500_500);

async function askOften(until: Promise<unknown>): Promise<number[]> {
  const answers: number[] = [];
  let over = false;
  void until.finally(() => {
    over = true;
  });
  while (!over || answers.length < 5) answers.push(await ask());
  return answers;
}

const LONG =
  'SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 3000000)) AS a CROSS JOIN UNNEST(GENERATE_ARRAY(1, 3000)) AS b WHERE MOD(a * b, 7) = RAND()';
/** More than the engine's memory and what it may spill. */
const HUGE =
  'SELECT ARRAY_LENGTH(ARRAY_AGG(REPEAT(CAST(n AS STRING), 200))) AS n FROM UNNEST(GENERATE_ARRAY(1, 3000000)) AS n';

test("one agency's engine is killed while it works: the other's queries go on", async () => {
  const long = rio.query({ sql: LONG, project: 'rio' }).catch((error: unknown) => error);
  await expect.poll(() => open.warehouse.enginePid('rio')).toBeDefined();
  const first = open.enginePid();
  process.kill(first, 'SIGKILL');
  // What only asks is asked again in a new engine.
  await expect.poll(() => open.warehouse.enginePid('rio')).not.toBe(first);
  await expect.poll(() => open.warehouse.enginePid('rio')).toBeDefined();
  process.kill(open.enginePid(), 'SIGKILL');
  const answers = await askOften(long);
  expect(answers).toEqual(sums(answers.length));
  expect(await long).toMatchObject({ code: 'UNAVAILABLE' });
  expect((await rio.query({ sql: 'SELECT 1 AS n', project: 'rio' })).rows).toEqual([{ n: 1 }]);
}, 60_000);

test('one agency runs out of memory: its query fails by name, the other goes on', async () => {
  const huge = rio.query({ sql: HUGE, project: 'rio' }).catch((error: unknown) => error);
  const answers = await askOften(huge);
  expect(answers).toEqual(sums(answers.length));
  const error = await huge;
  expect(error).toBeInstanceOf(ArcosError);
  expect(error).toMatchObject({ code: 'QUOTA', data: { reason: 'resourcesExceeded' } });
}, 60_000);

test('a long query is cancelled, and queries beyond those that run at once wait for their turn', async () => {
  const stop = new AbortController();
  const all = Array.from({ length: 12 }, () =>
    rio.query({ sql: LONG, project: 'rio', signal: stop.signal }).catch((error: unknown) => error),
  );
  expect(await ask()).toBe(500_500);
  stop.abort();
  for (const error of await Promise.all(all)) expect(error).toMatchObject({ code: 'CANCELLED' });
}, 60_000);
