import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WriteOptions } from './port.ts';
import type { LakeTables } from './tables.ts';
import { openTestLake, type TestLake } from './testing.ts';

let open: TestLake;
beforeEach(async () => {
  open = await openTestLake({ graceMs: 0 });
});
afterEach(() => open.close());

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

const write = (name: string, content: string, options?: WriteOptions) =>
  open.lake.write({ bucket: 'rio', name }, chunks(content), options);
const read = async (name: string) => text((await open.lake.read({ bucket: 'rio', name })).content);

test('an object is read as it was written, with the checksums Cloud Storage would give', async () => {
  const info = await open.lake.write({ bucket: 'rio', name: 'a/b.csv' }, chunks('hello ', 'world'), {
    contentType: 'text/csv',
    metadata: { origem: '1746' },
  });
  expect(info).toMatchObject({
    size: 11,
    md5: 'XrY7u+Ae7tCTyyK7j1rNww==',
    crc32c: 'yZRlqg==',
    contentType: 'text/csv',
  });
  expect(await read('a/b.csv')).toBe('hello world');
  expect(await open.lake.stat({ bucket: 'rio', name: 'a/b.csv' })).toEqual(info);
  const { content } = await open.lake.read({ bucket: 'rio', name: 'a/b.csv' }, { start: 6, end: 8 });
  expect(await text(content)).toBe('wor');
});

test('a replacement has a higher generation; who read before keeps the old content until the sweep', async () => {
  const first = await write('x', 'one');
  const { content } = await open.lake.read({ bucket: 'rio', name: 'x' });
  const path = open.lake.path(first);
  const second = await write('x', 'two');
  expect(second.generation).toBeGreaterThan(first.generation);
  expect(await text(content)).toBe('one');
  expect(existsSync(path)).toBe(true);
  await expect.poll(async () => open.lake.sweep().then(() => existsSync(path))).toBe(false);
  expect(await read('x')).toBe('two');
});

test('preconditions decide between writers of one name', async () => {
  const attempts = Array.from({ length: 8 }, (_, index) => write('once', `writer ${index}`, { ifGenerationMatch: 0 }));
  const outcomes = await Promise.allSettled(attempts);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'PRECONDITION' });
  }
  const { generation } = await open.lake.stat({ bucket: 'rio', name: 'once' });
  await expect(write('once', 'late', { ifGenerationMatch: generation - 1 })).rejects.toMatchObject({
    code: 'PRECONDITION',
  });
  await write('once', 'next', { ifGenerationMatch: generation });
  await open.lake.remove({ bucket: 'rio', name: 'once' });
  await expect(open.lake.stat({ bucket: 'rio', name: 'once' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test.for([
  'a',
  'a/b',
  'a/b/c',
  '../../etc/passwd',
  'x/../y',
  '/leading',
  'trailing/',
  'double//slash',
  './dot',
  'ação/bairro=São Cristóvão/data.csv',
  'percent%2Fname',
  'tilde~1',
  'back\\slash',
  'tab\tname',
  `${'é'.repeat(512)}`,
  `${'p'.repeat(300)}/${'q'.repeat(700)}`,
])('the name %j is kept, and its content stays in the bucket', async (name) => {
  const info = await write(name, name);
  await write('a', 'beside');
  expect(await read(name === 'a' ? 'a' : name)).toBe(name === 'a' ? 'beside' : name);
  expect(open.lake.path(info).startsWith(`${open.root}/rio/`)).toBe(true);
  const { objects } = await open.lake.list({ bucket: 'rio' });
  expect(objects.map((object) => object.name)).toContain(name);
});

test.for(['', '.', '..', 'nul\0', 'line\nbreak', 'x'.repeat(1025), '\ud800'])(
  'the name %j is refused',
  async (name) => {
    await expect(write(name, 'x')).rejects.toMatchObject({ code: 'INVALID' });
  },
);

test('a failed content leaves nothing', async () => {
  const failing = async function* () {
    yield Buffer.from('half');
    throw new Error('connection lost');
  };
  await expect(open.lake.write({ bucket: 'rio', name: 'x' }, failing())).rejects.toThrow('connection lost');
  await expect(read('x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a listing is in order, pages, and rolls up prefixes', async () => {
  for (const name of ['b', 'a/2', 'a/1', 'a/x/1', 'a/x/2', 'a/y/1', 'A', 'é', 'z']) await write(name, name);
  const names = async (request: object) => {
    const page = await open.lake.list({ bucket: 'rio', ...request });
    return { objects: page.objects.map(({ name }) => name), prefixes: page.prefixes, token: page.nextPageToken };
  };
  expect((await names({})).objects).toEqual(['A', 'a/1', 'a/2', 'a/x/1', 'a/x/2', 'a/y/1', 'b', 'z', 'é']);
  expect(await names({ delimiter: '/' })).toEqual({
    objects: ['A', 'b', 'z', 'é'],
    prefixes: ['a/'],
    token: undefined,
  });
  expect(await names({ prefix: 'a/', delimiter: '/' })).toMatchObject({
    objects: ['a/1', 'a/2'],
    prefixes: ['a/x/', 'a/y/'],
  });
  expect((await names({ prefix: 'a/x' })).objects).toEqual(['a/x/1', 'a/x/2']);

  const seen: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await names({ delimiter: '/', limit: 2, ...(pageToken === undefined ? {} : { pageToken }) });
    expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(2);
    seen.push(...page.objects, ...page.prefixes);
    pageToken = page.token;
  } while (pageToken !== undefined);
  expect(seen.sort()).toEqual(['A', 'a/', 'b', 'z', 'é']);
  await expect(open.lake.list({ bucket: 'rio', pageToken: '!' })).rejects.toMatchObject({ code: 'INVALID' });
});

test('a write that takes longer than the grace fails, and what was there stays', async () => {
  await write('x', 'before');
  const db = open.store.tables<LakeTables>();
  let late: Promise<unknown> = Promise.resolve();
  await db.transaction().execute(async (transaction) => {
    // Writers of the name wait for this transaction.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended('rio/x', 0))`.execute(transaction);
    late = write('x', 'late');
    late.catch(() => undefined);
    const contents = () => readdirSync(join(open.root, 'rio'));
    await expect.poll(() => contents().length).toBe(2);
    await expect.poll(() => open.lake.sweep().then(() => contents().length)).toBe(1);
  });
  await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await read('x')).toBe('before');
});
