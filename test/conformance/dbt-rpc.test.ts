import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CASES_FILE, readExchanges } from './dbt-rpc/cases.ts';
import { differences } from './dbt-rpc/compare.ts';
import { replay } from './dbt-rpc/replay.ts';
import { openWorld } from './dbt-rpc/world.ts';

const there = existsSync(CASES_FILE);
const reason = there ? '' : ' (skipped: the recording is not beside the project)';

test.skipIf(!there)(`every answer has the shape of dbt-rpc’s${reason}`, { timeout: 120_000 }, async () => {
  const world = await openWorld();
  try {
    const exchanges = readExchanges();
    const wrong: string[] = [];
    let count = 0;
    for await (const { name, differences } of replay(exchanges, world)) {
      count++;
      wrong.push(...differences.map((difference) => `${name}: ${difference}`));
    }
    expect(wrong).toEqual([]);
    expect(count).toBe(43);
  } finally {
    await world.close();
  }
});

test('a member that is missing, added, or of another type or value is seen', () => {
  const recorded = { result: { state: 'success', end: null, config: { a: 1 }, pid: 1 } };
  const seen = (ours: object) => differences(recorded, { result: { ...recorded.result, ...ours } });
  expect(seen({ pid: 2, config: { a: 1, b: 2 } })).toEqual([]);
  expect(seen({ state: 'failed' })).toHaveLength(1);
  expect(seen({ end: 'x' })).toHaveLength(1);
  expect(seen({ more: 1 })).toHaveLength(1);
  expect(seen({ config: {} })).toHaveLength(1);
  expect(seen({ pid: '2' })).toHaveLength(1);
});
