import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lake } from '../../src/lake/lake.ts';
import { openTestLake, type TestLake } from '../../src/lake/testing.ts';
import { lakePlaces } from './places.ts';

/** Bytes of a part of what is sent to a store over HTTP. */
const PART = 8 * 1024 * 1024;
const HOUR = 3_600_000;

const places = await lakePlaces();

describe.for(places)('contents in $title', ({ missing, make }) => {
  if (missing) {
    test.skip('all of it', () => undefined);
    return;
  }
  let open: TestLake;
  let lake: Lake;
  let now = Date.now();
  let close: () => Promise<unknown>;
  beforeAll(async () => {
    const made = await make();
    close = made.close;
    open = await openTestLake({ ...made.place, clock: { now: () => new Date(now) } });
    lake = open.lake;
  });
  afterAll(async () => {
    await open.close();
    await close();
  });

  const ref = (object: string) => ({ bucket: 'rio', name: object });
  const read = async (object: string, range?: { start: number; end?: number }) =>
    buffer((await lake.read(ref(object), range)).content);
  async function* pieces(content: Uint8Array, size = 1_000_003): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
  }
  const write = (object: string, content: Uint8Array | string, options = {}) =>
    lake.write(ref(object), pieces(Buffer.from(content)), options);

  test.for([0, 1, PART, PART + 1, 2 * PART + 12_345])('%i bytes are kept', async (size) => {
    const content = randomBytes(size);
    const written = await write(`tamanho/${size}`, content);
    expect(written.size).toBe(size);
    expect((await read(`tamanho/${size}`)).equals(content)).toBe(true);
    if (size < 10) return;
    for (const [start, end] of [
      [0, 0],
      [size - 5, undefined],
      [7, 4_000_000],
    ] as const) {
      const part = await read(`tamanho/${size}`, { start, ...(end === undefined ? {} : { end }) });
      expect(part.equals(content.subarray(start, end === undefined ? undefined : end + 1))).toBe(true);
    }
  });

  test.for(['a b+c&d=e.csv', 'São João/ãé🦜', 'p?q*[x]#%2F', '..', 'a/../b', './', '%', 'x'.repeat(1024), '~'])(
    'the name %j is no other',
    async (odd) => {
      if (odd === '..') return expect(write(odd, 'x')).rejects.toMatchObject({ code: 'INVALID' });
      await write(odd, `content of ${odd}`);
      expect(String(await read(odd))).toBe(`content of ${odd}`);
      await lake.copy(ref(odd), ref(`${odd.slice(0, 900)}-copy`));
      expect(String(await read(`${odd.slice(0, 900)}-copy`))).toBe(`content of ${odd}`);
    },
  );

  test.for([10, PART + 10])('a content that fails after %i bytes changes nothing', async (size) => {
    await write('falha', 'before');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield randomBytes(size);
      throw new TypeError('the client is gone');
    }
    await expect(lake.write(ref('falha'), failing())).rejects.toThrow('the client is gone');
    await expect(write('falha', randomBytes(size), { expected: { md5: 'AAAA' } })).rejects.toMatchObject({
      code: 'INVALID',
    });
    await expect(write('falha', randomBytes(size), { ifGenerationMatch: 1 })).rejects.toMatchObject({
      code: 'PRECONDITION',
    });
    expect(String(await read('falha'))).toBe('before');
  });

  test('who reads goes on with the content it began with', async () => {
    const before = randomBytes(3 * 1024 * 1024);
    await write('leitor', before);
    const { content } = await lake.read(ref('leitor'));
    const object = await lake.stat(ref('leitor'));
    await write('leitor', 'after');
    expect((await buffer(content)).equals(before)).toBe(true);
    expect((await buffer(lake.content(object))).equals(before)).toBe(true);
    expect(String(await read('leitor'))).toBe('after');
  });

  test('of many first writers one wins, and of many writers each generation is another', async () => {
    const first = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => write('corrida', String(index), { ifGenerationMatch: 0 })),
    );
    expect(first.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const all = await Promise.all(Array.from({ length: 8 }, (_, index) => write('corrida', String(index))));
    expect(new Set(all.map(({ generation }) => generation)).size).toBe(8);
    const { generation } = await lake.stat(ref('corrida'));
    expect(generation).toBe(Math.max(...all.map((each) => each.generation)));
  });

  test('an upload that was collected here goes there', async () => {
    const content = randomBytes(PART + 77);
    const file = lake.scratch.uploadFile('um');
    writeFileSync(file, content);
    const { size, md5, crc32c } = await write('modelo', content);
    await lake.adopt(ref('adotado'), file, { size, md5, crc32c });
    expect((await read('adotado')).equals(content)).toBe(true);
    await expect(buffer(open.lake.content(await lake.stat(ref('adotado'))))).resolves.toHaveLength(content.length);
  });

  test('moves and commits show at once', async () => {
    for (const object of ['de/a', 'de/b', 'para/velho']) await write(object, object);
    await lake.commit({
      bucket: 'rio',
      copy: [
        { from: 'de/a', to: 'para/a' },
        { from: 'de/b', to: 'para/b' },
      ],
      clear: ['para/'],
    });
    expect((await lake.files('rio', 'para/')).map((object) => object.name)).toEqual(['para/a', 'para/b']);
    await lake.move(ref('para/b'), 'para/c');
    expect(String(await read('para/c'))).toBe('de/b');
    await expect(read('para/b')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('replaced and removed contents go when nobody reads them any more, and no other', async () => {
    const old = await write('some', 'old');
    await write('some', 'new');
    const gone = await write('sai', 'gone');
    await lake.remove(ref('sai'));
    await lake.sweep();
    expect(String(await buffer(lake.content(old)))).toBe('old');
    now += HOUR;
    await lake.sweep();
    for (const object of [old, gone]) await expect(buffer(lake.content(object))).rejects.toThrow();
    expect(String(await read('some'))).toBe('new');
    expect((await read(`tamanho/${PART + 1}`)).length).toBe(PART + 1);
  });
});
