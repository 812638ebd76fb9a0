import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createLake, type Lake } from './lake.ts';
import type { LifecycleCondition } from './rule.ts';
import { openTestLake, type TestLake } from './testing.ts';

let open: TestLake;
let lake: Lake;
let now: Date;
beforeEach(async () => {
  open = await openTestLake();
  now = new Date('2026-01-01T12:00:00Z');
  lake = await createLake({
    store: open.store,
    root: open.root,
    log: silentLog,
    clock: { now: () => now },
  });
});
afterEach(() => open.close());

const day = (number: number) => {
  now = new Date(Date.UTC(2026, 0, number, 12));
};
const write = (name: string) => lake.write({ bucket: 'rio', name }, Readable.from([Buffer.from(name)]));
const rule = (condition: LifecycleCondition) => ({ action: { type: 'Delete' as const }, condition });
const names = async (versions = false) =>
  (await lake.list({ bucket: 'rio', versions })).objects.map(({ name, deletedAt }) =>
    deletedAt === undefined ? name : `${name} (past)`,
  );

test('objects go when all conditions of a rule hold, and no others', async () => {
  for (const name of ['tmp/a.csv', 'tmp/a.txt', 'keep.csv']) await write(name);
  await lake.buckets.change('rio', {
    lifecycle: [rule({ age: 3, matchesPrefix: ['tmp/', 'x/'], matchesSuffix: ['.csv'] })],
  });
  day(3);
  await write('tmp/b.csv');
  await lake.expire();
  expect(await names()).toHaveLength(4);
  day(4);
  await lake.expire();
  expect(await names()).toEqual(['keep.csv', 'tmp/a.txt', 'tmp/b.csv']);
  await lake.buckets.change('rio', { lifecycle: [rule({ createdBefore: '2026-01-02' })] });
  await lake.expire();
  expect(await names()).toEqual(['tmp/b.csv']);
  await lake.change({ bucket: 'rio', name: 'tmp/b.csv' }, { headers: { customTime: '2026-01-01T00:00:00Z' } });
  await lake.buckets.change('rio', { lifecycle: [rule({ daysSinceCustomTime: 3 })] });
  await lake.expire();
  expect(await names()).toEqual([]);
});

test('versions go by their age as such and by the number of newer ones; a current object becomes a version', async () => {
  await lake.buckets.change('rio', { versioning: true, lifecycle: [rule({ numNewerVersions: 2 })] });
  for (let count = 0; count < 4; count++) await write('v');
  await lake.expire();
  expect(await names(true)).toEqual(['v (past)', 'v']);

  await lake.buckets.change('rio', { lifecycle: [rule({ daysSinceNoncurrentTime: 5 })] });
  day(6);
  await write('v');
  await lake.expire();
  expect(await names(true)).toEqual(['v (past)', 'v']);

  await lake.buckets.change('rio', { lifecycle: [rule({ age: 1, isLive: true })] });
  day(8);
  await lake.expire();
  expect(await names(true)).toEqual(['v (past)', 'v (past)']);
  await lake.buckets.change('rio', { lifecycle: [rule({ isLive: false })] });
  await lake.expire();
  expect(await names(true)).toEqual([]);
});
