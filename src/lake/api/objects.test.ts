import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ServedLake, serveTestLake } from './testing.ts';

let open: ServedLake;
let editor: string;
beforeAll(async () => {
  open = await serveTestLake();
  editor = await open.keyFor('editor');
});
afterAll(() => open.close());

/** A bucket of the test's own. */
let bucket: string;
let made = 0;
beforeEach(async () => {
  bucket = `balde-${made++}`;
  await open.lake.putBucket({ name: bucket, project: 'rio', purpose: 'data' });
});

const call = (method: string, path: string, body?: unknown) => open.call(editor, method, path, body);
const write = (name: string, content: string) =>
  open.lake.write({ bucket, name }, Readable.from([Buffer.from(content)]), { contentType: 'text/plain' });
const read = async (name: string, generation?: number) =>
  text((await open.lake.read({ bucket, name, ...(generation === undefined ? {} : { generation }) })).content);

test.for(['', '/storage/v1'])('objects are told of and changed below "%s"', async (prefix) => {
  const { generation } = await write('a/b', 'x');
  const path = `${prefix}/b/${bucket}/o/a%2Fb`;
  expect(await call('PATCH', path, { metadata: { a: '1', b: '2' }, cacheControl: 'no-store' })).toMatchObject({
    status: 200,
    body: {
      generation: String(generation),
      metageneration: '2',
      metadata: { a: '1', b: '2' },
      cacheControl: 'no-store',
    },
  });
  const changed = await call('PATCH', path, { metadata: { a: null, c: '3' }, contentType: 'text/csv' });
  expect(changed.body).toMatchObject({ metageneration: '3', metadata: { b: '2', c: '3' }, contentType: 'text/csv' });
  expect((await call('PATCH', `${path}?ifMetagenerationMatch=2`, { metadata: {} })).status).toBe(412);
  const media = await fetch(`${open.origin}${path}?alt=media`, { headers: { authorization: `Bearer ${editor}` } });
  expect(Object.fromEntries(media.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-type': 'text/csv',
    'x-goog-meta-c': '3',
    'content-security-policy': "sandbox; default-src 'none'",
  });
  const replaced = await call('PUT', path, { metadata: { d: '4' } });
  expect(replaced.body).toMatchObject({ metadata: { d: '4' }, contentType: 'application/octet-stream' });
  expect(replaced.body).not.toHaveProperty('cacheControl');
  expect((await call('GET', `${path}?ifMetagenerationNotMatch=4`)).status).toBe(304);
  expect((await call('GET', `${path}?ifGenerationMatch=1`)).status).toBe(412);
  expect((await call('PATCH', path, { metadata: { a: 1 } })).status).toBe(400);
  expect((await call('PATCH', path, { contentDisposition: 'inline\r\nset-cookie: x' })).status).toBe(400);
  expect((await call('PATCH', path, { acl: [{ entity: 'allUsers', role: 'READER' }] })).status).toBe(400);
});

test('a copy has the content and what is told of it, or what the request says instead', async () => {
  const source = await write('s', 'content');
  await call('PATCH', `/b/${bucket}/o/s`, { metadata: { a: '1' } });
  const copied = await call('POST', `/b/${bucket}/o/s/copyTo/b/rio/o/t%2Fu`);
  expect(copied).toMatchObject({ status: 200, body: { bucket: 'rio', name: 't/u', metadata: { a: '1' } } });
  const rewritten = await call('POST', `/b/${bucket}/o/s/rewriteTo/b/${bucket}/o/v`, { contentType: 'text/x' });
  expect(rewritten.body).toMatchObject({
    done: true,
    totalBytesRewritten: '7',
    resource: { name: 'v', contentType: 'text/x', md5Hash: source.md5 },
  });
  expect(rewritten.body).not.toHaveProperty('resource.metadata');
  // The source's end is not the copy's.
  await open.lake.remove({ bucket, name: 's' });
  await open.lake.sweep();
  expect(await read('v')).toBe('content');
  const path = `/b/${bucket}/o/v/copyTo/b/${bucket}/o/v2`;
  expect((await call('POST', `${path}?ifSourceGenerationMatch=1`)).status).toBe(412);
  expect((await call('POST', `${path}?sourceGeneration=1`)).status).toBe(404);
  expect((await call('POST', `/b/${bucket}/o/v/copyTo/b/code/o/x`)).status).toBe(200);
  const reader = await open.keyFor('leitor');
  expect((await open.call(reader, 'POST', path)).status).toBe(403);
});

test('a move takes the old name away with the same stroke that gives the new one', async () => {
  const { generation } = await write('de', 'content');
  await write('outro', 'x');
  const move = (to: string, query = '') => call('POST', `/b/${bucket}/o/de/moveTo/o/${to}${query}`);
  expect((await move('outro', '?ifGenerationMatch=0')).status).toBe(412);
  expect((await move('para', '?ifSourceGenerationMatch=1')).status).toBe(412);
  expect(await read('de')).toBe('content');
  expect((await move('para', `?ifSourceGenerationMatch=${generation}`)).body).toMatchObject({
    name: 'para',
    size: '7',
  });
  expect((await call('GET', `/b/${bucket}/o/de`)).status).toBe(404);
  await open.lake.sweep();
  expect(await read('para')).toBe('content');
  expect((await move('para')).status).toBe(404);
});

test('a composition has the contents of its sources in their order', async () => {
  const { generation } = await write('p1', 'one ');
  await write('p2', 'two ');
  const compose = (sourceObjects: object[]) =>
    call('POST', `/b/${bucket}/o/whole/compose`, { sourceObjects, destination: { metadata: { k: 'v' } } });
  const sources = [{ name: 'p2' }, { name: 'p1', generation: String(generation) }, { name: 'p2' }];
  expect((await compose(sources)).body).toMatchObject({ size: '12', contentType: 'text/plain', metadata: { k: 'v' } });
  expect(await read('whole')).toBe('two one two ');
  expect((await compose([{ name: 'whole' }, { name: 'p1' }])).status).toBe(200);
  expect(await read('whole')).toBe('two one two one ');
  expect((await compose([{ name: 'p1', objectPreconditions: { ifGenerationMatch: '7' } }])).status).toBe(412);
  expect((await compose([{ name: 'absent' }])).status).toBe(404);
  expect((await compose([])).status).toBe(400);
});

test('a bucket with versioning keeps what is replaced and removed', async () => {
  expect(await call('PATCH', `/b/${bucket}`, { versioning: { enabled: true } })).toMatchObject({
    body: { versioning: { enabled: true }, metageneration: '2' },
  });
  const first = await write('v', 'one');
  const second = await write('v', 'two');
  await call('DELETE', `/b/${bucket}/o/v`);
  expect((await call('GET', `/b/${bucket}/o/v`)).status).toBe(404);
  await open.lake.sweep();
  expect(await read('v', first.generation)).toBe('one');
  const third = await write('v', 'three');
  await write('w', 'w');
  const generations = async (query: string) => {
    const { body } = await call('GET', `/b/${bucket}/o?${query}`);
    const { items, nextPageToken } = body as { items: { name: string; generation: string }[]; nextPageToken?: string };
    return { list: items.map(({ name, generation }) => `${name}#${generation}`), nextPageToken };
  };
  const all = [`v#${first.generation}`, `v#${second.generation}`, `v#${third.generation}`];
  expect((await generations('versions=true&prefix=v')).list).toEqual(all);
  expect((await generations('prefix=v')).list).toEqual(all.slice(2));
  const page = await generations('versions=true&maxResults=2');
  expect(page.list).toEqual(all.slice(0, 2));
  expect((await generations(`versions=true&maxResults=1&pageToken=${page.nextPageToken}`)).list).toEqual(all.slice(2));
  // Back from the past, and one version gone for good.
  await call('POST', `/b/${bucket}/o/v/copyTo/b/${bucket}/o/v?sourceGeneration=${first.generation}`);
  expect(await read('v')).toBe('one');
  expect((await call('DELETE', `/b/${bucket}/o/v?generation=${second.generation}`)).status).toBe(204);
  expect((await call('GET', `/b/${bucket}/o/v?generation=${second.generation}`)).status).toBe(404);
  expect((await call('DELETE', `/b/${bucket}`)).status).toBe(409);
});

test('a listing takes offsets and globs, and refuses what it cannot do', async () => {
  for (const name of ['a/1.csv', 'a/2.txt', 'a/b/3.csv', 'b.csv', 'c,d.csv']) await write(name, name);
  const names = async (query: string) =>
    (
      (await call('GET', `/b/${bucket}/o?fields=items(name)&projection=full&${query}`)).body as {
        items: { name: string }[];
      }
    ).items.map(({ name }) => name);
  expect(await names('startOffset=a/2&endOffset=b.csv')).toEqual(['a/2.txt', 'a/b/3.csv']);
  expect(await names(`matchGlob=${encodeURIComponent('a/*.csv')}`)).toEqual(['a/1.csv']);
  expect(await names(`matchGlob=${encodeURIComponent('**.csv')}`)).toEqual([
    'a/1.csv',
    'a/b/3.csv',
    'b.csv',
    'c,d.csv',
  ]);
  expect(await names(`matchGlob=${encodeURIComponent('{b,c\\,d}.[!t]sv')}`)).toEqual(['b.csv', 'c,d.csv']);
  expect((await call('GET', `/b/${bucket}/o?matchGlob=${encodeURIComponent('[a')}`)).status).toBe(400);
  expect((await call('GET', `/b/${bucket}/o?softDeleted=true`)).status).toBe(422);
});

test('gzip content is sent as it is to who takes it, and unpacked to the others', async () => {
  await open.lake.write({ bucket, name: 'z' }, Readable.from([gzipSync('unpacked')]), {
    headers: { contentEncoding: 'gzip' },
  });
  const get = (encoding: string) =>
    open.app.inject({
      url: `/b/${bucket}/o/z?alt=media`,
      headers: { authorization: `Bearer ${editor}`, 'accept-encoding': encoding },
    });
  expect((await get('identity')).body).toBe('unpacked');
  const packed = await get('gzip');
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.rawPayload).toEqual(gzipSync('unpacked'));
});

test('an upload that is not what its checksums say leaves nothing', async () => {
  const upload = (headers: Record<string, string>) =>
    fetch(`${open.origin}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=h`, {
      method: 'POST',
      headers: { authorization: `Bearer ${editor}`, ...headers },
      body: 'hello world',
    });
  expect((await upload({ 'x-goog-hash': 'crc32c=AAAAAA==' })).status).toBe(400);
  expect((await upload({ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' })).status).toBe(400);
  expect((await upload({ 'x-goog-encryption-key': 'x' })).status).toBe(422);
  expect((await call('GET', `/b/${bucket}/o/h`)).status).toBe(404);
  expect((await upload({ 'x-goog-hash': 'crc32c=yZRlqg==,md5=XrY7u+Ae7tCTyyK7j1rNww==' })).status).toBe(200);
});

test('a batch does each call by itself, with the rights of its caller', async () => {
  await write('d1', '1');
  const calls = [
    `DELETE /storage/v1/b/${bucket}/o/d1 HTTP/1.1\r\n\r\n`,
    `PATCH ${open.origin}/storage/v1/b/${bucket}/o/none HTTP/1.1\r\ncontent-type: application/json\r\n\r\n{"metadata":{"a":"b"}}`,
    `DELETE /storage/v1/b/code/o/nada HTTP/1.1\r\n\r\n`,
  ];
  const send = (body: string, key = editor) =>
    fetch(`${open.origin}/batch/storage/v1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/mixed; boundary="=1="' },
      body,
    });
  const parts = calls.map(
    (text, id) => `--=1=\r\nContent-Type: application/http\r\nContent-ID: <c+${id}>\r\n\r\n${text}\r\n`,
  );
  const refused = await send(`${parts.join('')}--=1=--`, await open.keyFor('leitor'));
  expect([...(await refused.text()).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    '403',
    '403',
    '404',
  ]);
  const response = await send(`${parts.join('')}--=1=--`);
  const answer = await response.text();
  expect(
    [...answer.matchAll(/Content-ID: (\S+)\r\n\r\nHTTP\/1\.1 (\d+)/g)].map(([, id, status]) => [id, status]),
  ).toEqual([
    ['<response-c+0>', '204'],
    ['<response-c+1>', '404'],
    ['<response-c+2>', '404'],
  ]);
  expect((await call('GET', `/b/${bucket}/o/d1`)).status).toBe(404);
  expect((await send(parts.join(''))).status).toBe(400);
  for (const line of ['POST /api/session', 'GET /storage/v1/b/../../../console', 'GET /b/%2e%2e/console']) {
    expect((await send(`--=1=\r\n\r\n${line} HTTP/1.1\r\n\r\n\r\n--=1=--`)).status).toBe(400);
  }
});
