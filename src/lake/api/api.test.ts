import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lakeClient } from '../client.ts';
import { type ServedLake, serveTestLake } from './testing.ts';

let open: ServedLake;
beforeEach(async () => {
  open = await serveTestLake();
});
afterEach(() => open.close());

test('the client writes, reads, lists and removes over HTTP', async () => {
  const lake = lakeClient({ baseUrl: open.origin, key: await open.keyFor('editor') });
  const name = 'staging/adm/chamado/ano_particao=2024/mês=1/data.csv';
  const written = await lake.write(
    { bucket: 'rio', name },
    Readable.from([Buffer.from('a,b\n'), Buffer.from('1,2\n')]),
    {
      contentType: 'text/csv',
      metadata: { origem: 'São Cristóvão' },
    },
  );
  expect(written).toMatchObject({ size: 8, contentType: 'text/csv', metadata: { origem: 'São Cristóvão' } });
  expect(await lake.stat({ bucket: 'rio', name })).toEqual(written);
  const { info, content } = await lake.read({ bucket: 'rio', name });
  expect(await text(content)).toBe('a,b\n1,2\n');
  expect(info).toMatchObject({ generation: written.generation, md5: written.md5, crc32c: written.crc32c, size: 8 });
  expect(info.metadata).toEqual(written.metadata);
  expect(await text((await lake.read({ bucket: 'rio', name }, { start: 4, end: 4 })).content)).toBe('1');
  await expect(lake.write({ bucket: 'rio', name }, Readable.from([]), { ifGenerationMatch: 0 })).rejects.toMatchObject({
    code: 'PRECONDITION',
  });
  expect((await lake.list({ bucket: 'rio', prefix: 'staging/', delimiter: '/' })).prefixes).toEqual(['staging/adm/']);
  await lake.remove({ bucket: 'rio', name });
  await expect(lake.stat({ bucket: 'rio', name })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a stranger cannot tell a forbidden bucket from none, and a reader cannot write', async () => {
  const stranger = lakeClient({ baseUrl: open.origin, key: await open.keyFor('administrador', 'saude') });
  const known = await stranger.stat({ bucket: 'rio', name: 'x' }).catch((error: Error) => error);
  const unknown = await stranger.stat({ bucket: 'nothing', name: 'x' }).catch((error: Error) => error);
  expect(known).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('No such bucket: rio') });
  expect(unknown).toMatchObject({ code: 'NOT_FOUND', message: (known as Error).message.replace('rio', 'nothing') });

  const reader = lakeClient({ baseUrl: open.origin, key: await open.keyFor('leitor') });
  await expect(reader.write({ bucket: 'rio', name: 'x' }, Readable.from(['x']))).rejects.toMatchObject({
    code: 'DENIED',
  });
  await expect(reader.stat({ bucket: 'code', name: 'x' })).rejects.toMatchObject({
    message: expect.stringContaining('No such bucket: code'),
  });
  await expect(reader.stat({ bucket: 'rio', name: 'x' })).rejects.toMatchObject({ message: 'No such object: rio/x' });
});

test('a multipart upload takes name, type and checksums from its JSON', async () => {
  const key = await open.keyFor('editor');
  const send = (json: object) =>
    fetch(`${open.origin}/upload/storage/v1/b/rio/o?uploadType=multipart`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/related; boundary="===7=="' },
      body: `--===7==\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(json)}\r\n--===7==\r\ncontent-type: text/plain\r\n\r\nline\r\n--not\r\nthe end\r\n--===7==--`,
    });
  const good = await send({ name: 'm', metadata: { a: 'b' } });
  expect(await good.json()).toMatchObject({ name: 'm', contentType: 'text/plain', metadata: { a: 'b' } });
  const media = await fetch(`${open.origin}/storage/v1/b/rio/o/m?alt=media`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(await media.text()).toBe('line\r\n--not\r\nthe end');
  const bad = await send({ name: 'm2', md5Hash: 'AAAAAAAAAAAAAAAAAAAAAA==' });
  expect(bad.status).toBe(400);
});

test('a resumable upload goes on after a restart of the server', async () => {
  const key = await open.keyFor('editor');
  const headers = { authorization: `Bearer ${key}` };
  const begun = await fetch(`${open.origin}/upload/storage/v1/b/rio/o?uploadType=resumable&name=big`, {
    method: 'POST',
    headers,
  });
  const session = new URL(begun.headers.get('location') ?? '');
  const put = async (range: string, body?: string) => {
    const response = await fetch(`${open.origin}${session.pathname}${session.search}`, {
      method: 'PUT',
      headers: { ...headers, 'content-range': range },
      ...(body === undefined ? {} : { body }),
    });
    return [response.status, response.headers.get('range'), response.status === 200 ? await response.json() : null];
  };
  expect(await put('bytes 0-3/*', 'abcd')).toEqual([308, 'bytes=0-3', null]);
  await open.restart();
  expect(await put('bytes */10')).toEqual([308, 'bytes=0-3', null]);
  // A piece whose answer was lost is sent again.
  expect(await put('bytes 0-3/10', 'abcd')).toEqual([308, 'bytes=0-3', null]);
  expect((await put('bytes 6-9/10', 'ghij'))[0]).toBe(400);
  expect(await put('bytes 4-9/10', 'efghij')).toMatchObject([200, null, { name: 'big', size: '10' }]);
  // So does one whose last answer was lost, and is told what became of it.
  expect(await put('bytes */10')).toMatchObject([200, null, { name: 'big', size: '10' }]);
  await open.lake.remove({ bucket: 'rio', name: 'big' });
  expect((await put('bytes */10'))[0]).toBe(410);
});

test.for([
  ['bytes=0-1', 206, 'ab', 'bytes 0-1/6'],
  ['bytes=4-', 206, 'ef', 'bytes 4-5/6'],
  ['bytes=-2', 206, 'ef', 'bytes 4-5/6'],
  ['bytes=2-100', 206, 'cdef', 'bytes 2-5/6'],
  ['bytes=6-', 416, '', 'bytes */6'],
  ['lines=1-2', 200, 'abcdef', null],
] as const)('the range %s is answered with %i', async ([range, status, body, contentRange]) => {
  const key = await open.keyFor('editor');
  const lake = lakeClient({ baseUrl: open.origin, key });
  await lake.write({ bucket: 'rio', name: 'r' }, Readable.from([Buffer.from('abcdef')]));
  const response = await fetch(`${open.origin}/storage/v1/b/rio/o/r?alt=media`, {
    headers: { authorization: `Bearer ${key}`, range },
  });
  expect(response.status).toBe(status);
  expect(await response.text()).toBe(body);
  expect(response.headers.get('content-range')).toBe(contentRange);
});

test('errors have the shape of Google', async () => {
  const key = await open.keyFor('editor');
  const response = await fetch(`${open.origin}/storage/v1/b/rio/o/none`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    error: { code: 404, message: 'No such object: rio/none', errors: [{ domain: 'global', reason: 'notFound' }] },
  });
});
