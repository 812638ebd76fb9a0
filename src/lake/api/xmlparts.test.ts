import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedLake, serveTestLake } from './testing.ts';

const MIB = 1024 * 1024;
const md5 = (content: Uint8Array) => createHash('md5').update(content).digest('hex');

let open: ServedLake;
let key: string;
beforeAll(async () => {
  open = await serveTestLake();
  key = await open.keyFor('editor');
});
afterAll(() => open.close());

async function send(method: string, path: string, { body, headers, as = key }: Sending = {}) {
  const response = await fetch(open.origin + path, {
    method,
    headers: { authorization: `Bearer ${as}`, ...headers },
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    headers: response.headers,
    code: /<Code>(.*?)<\/Code>/.exec(text)?.[1],
    tag: (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1],
  };
}

interface Sending {
  readonly body?: Uint8Array | string;
  readonly headers?: Record<string, string>;
  readonly as?: string;
}

const begin = async (path: string, headers: Record<string, string> = {}) =>
  (await send('POST', `${path}?uploads`, { headers })).tag('UploadId') ?? '';
const put = (path: string, id: string, number: number, body: Uint8Array | string, headers = {}) =>
  send('PUT', `${path}?partNumber=${number}&uploadId=${id}`, { body, headers });
const list = (parts: readonly (readonly [number, string])[]) =>
  `<CompleteMultipartUpload>${parts.map(([number, etag]) => `<Part>\n<PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`).join('')}</CompleteMultipartUpload>`;
const complete = (path: string, id: string, parts: readonly (readonly [number, string])[]) =>
  send('POST', `${path}?uploadId=${id}`, { body: list(parts) });
const left = () => readdirSync(join(open.root, '.aside')).filter((name) => name.startsWith('multipart-'));

test('parts in any order, one of them twice, become one object', async () => {
  const path = '/rio/pasta/a%20%26%20b.bin';
  const id = await begin(path, { 'content-type': 'text/plain', 'x-goog-meta-de': 'mim' });
  const [first, second, last] = [randomBytes(5 * MIB), randomBytes(6 * MIB), randomBytes(10)];
  await put(path, id, 2, second);
  await put(path, id, 7, last);
  await put(path, id, 1, 'a first try');
  const { headers, status } = await put(path, id, 1, first, {
    'content-md5': Buffer.from(md5(first), 'hex').toString('base64'),
  });
  expect([status, headers.get('etag')]).toEqual([200, `"${md5(first)}"`]);

  const listed = await send('GET', `${path}?uploadId=${id}&max-parts=2`);
  expect([...listed.text.matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => number)).toEqual(['1', '2']);
  expect([listed.tag('IsTruncated'), listed.tag('NextPartNumberMarker'), listed.tag('Key')]).toEqual([
    'true',
    '2',
    'pasta/a &#38; b.bin',
  ]);
  const rest = await send('GET', `${path}?uploadId=${id}&part-number-marker=2`);
  expect([...rest.text.matchAll(/<Size>(\d+)</g)].map(([, size]) => size)).toEqual(['10']);

  // Nobody sees anything yet.
  expect((await send('GET', path)).status).toBe(404);
  const parts = [
    [1, `"${md5(first)}"`],
    [2, `&quot;${md5(second)}&quot;`],
    [7, md5(last)],
  ] as const;
  const done = await complete(path, id, parts);
  expect([done.status, done.tag('Key')]).toEqual([200, 'pasta/a &#38; b.bin']);
  expect(done.tag('ETag')).toMatch(/^&#34;[0-9a-f]{32}-3&#34;$/);
  const { info, content } = await open.lake.read({ bucket: 'rio', name: 'pasta/a & b.bin' });
  expect((await buffer(content)).equals(Buffer.concat([first, second, last]))).toBe(true);
  expect(info).toMatchObject({ contentType: 'text/plain', metadata: { de: 'mim' } });
  expect(left()).toEqual([]);
  // A client whose answer was lost asks again.
  expect((await complete(path, id, parts)).headers.get('x-goog-generation')).toBe(String(info.generation));
  expect((await put(path, id, 1, first)).code).toBe('NoSuchUpload');
});

test('what is wrong is said, and leaves the upload as it was', async () => {
  const path = '/rio/errado';
  const id = await begin(path);
  const etag = md5(Buffer.from('x'));
  await put(path, id, 1, 'x');
  await put(path, id, 2, 'x');
  expect((await put(path, id, 0, 'x')).status).toBe(400);
  expect((await put(path, id, 10_001, 'x')).status).toBe(400);
  expect((await put(path, id, 1, 'y', { 'content-md5': 'AAAA' })).status).toBe(400);
  for (const [parts, code] of [
    [[], 'MalformedCompleteMultipartUploadRequest'],
    [
      [
        [1, etag],
        [2, etag],
      ],
      'EntityTooSmall',
    ],
    [
      [
        [2, etag],
        [1, etag],
      ],
      'EntityTooSmall',
    ],
    [[[1, 'other']], 'InvalidPart'],
    [[[3, etag]], 'InvalidPart'],
  ] as const) {
    expect((await complete(path, id, parts)).code).toBe(code);
  }
  expect((await send('POST', `${path}?uploadId=${id}`, { body: '<Part></Part>' })).code).toBe('MalformedXML');
  for (const [method, other] of [
    ['PUT', `/rio/outro?partNumber=1&uploadId=${id}`],
    ['GET', `/code/errado?uploadId=${id}`],
    ['DELETE', '/rio/errado?uploadId=../../etc'],
    ['POST', '/rio/errado?uploadId='],
  ] as const) {
    expect((await send(method, other, method === 'GET' || method === 'DELETE' ? {} : { body: 'x' })).status).toBe(404);
  }
  expect((await send('POST', path, { body: 'x' })).status).toBe(422);
  expect((await complete(path, id, [[2, etag]])).status).toBe(200);
  expect(String(await buffer((await open.lake.read({ bucket: 'rio', name: 'errado' })).content))).toBe('x');
});

test('an upload is given up with all that came of it, and is for those who write', async () => {
  const path = '/rio/desiste';
  const id = await begin(path);
  await put(path, id, 1, 'x');
  const reader = await open.keyFor('leitor');
  for (const method of ['GET', 'PUT', 'DELETE', 'POST'])
    expect((await send(method, `${path}?uploadId=${id}`, { as: reader })).status).toBe(403);
  expect(left()).toHaveLength(1);
  expect((await send('DELETE', `${path}?uploadId=${id}`)).status).toBe(204);
  expect(left()).toEqual([]);
  expect((await put(path, id, 2, 'x')).code).toBe('NoSuchUpload');
});

test('a copy is made by its header, of what the caller may read', async () => {
  await send('PUT', '/rio/de%20onde', { body: 'content', headers: { 'content-type': 'text/x-a' } });
  const copy = await send('PUT', '/rio/para', { headers: { 'x-goog-copy-source': '/rio/de%20onde' } });
  expect([copy.status, copy.tag('ETag') === undefined]).toEqual([200, false]);
  const got = await send('GET', '/rio/para');
  expect([got.text, got.headers.get('content-type')]).toEqual(['content', 'text/x-a']);
  for (const [source, status] of [
    ['/rio/none', 404],
    ['/nobody/x', 404],
    ['rio', 400],
    ['/rio/%zz', 400],
  ] as const) {
    expect((await send('PUT', '/rio/para', { headers: { 'x-goog-copy-source': source } })).status).toBe(status);
  }
});
