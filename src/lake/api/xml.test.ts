import { createHash, createSign } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceAccountFile } from '../../access/servicekey.ts';
import { type ServedLake, serveTestLake } from './testing.ts';

let open: ServedLake;
let file: ServiceAccountFile;
beforeAll(async () => {
  open = await serveTestLake();
  await open.keyFor('editor');
  file = await keyFile('editor@rio');
  await open.lake.write({ bucket: 'rio', name: 'pasta/ação (1).txt' }, Readable.from([Buffer.from('content')]), {
    contentType: 'text/plain',
    metadata: { a: 'b' },
  });
});
afterAll(() => open.close());

async function keyFile(name: string): Promise<ServiceAccountFile> {
  const account = await open.access.principal(name);
  if (account === undefined) throw new Error(`there is no ${name}`);
  return open.access.serviceKeys.issue(account, { project: 'rio', tokenUri: `${open.origin}/oauth2/token` });
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

interface Signing {
  readonly method?: string;
  readonly name?: string;
  readonly expires?: number;
  readonly at?: Date;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly key?: ServiceAccountFile;
}

/** A URL signed by hand, after the text of "V4 signing process with your own program". */
function sign({
  method = 'GET',
  name = 'pasta/ação (1).txt',
  expires = 60,
  at = new Date(),
  headers = {},
  query = {},
  key = file,
}: Signing = {}): string {
  const date = `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
  const host = new URL(open.origin).host;
  const all = Object.entries<string>({ host, ...headers }).sort(([a], [b]) => (a < b ? -1 : 1));
  const parameters = {
    'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
    'X-Goog-Credential': `${key.client_email}/${scope}`,
    'X-Goog-Date': date,
    'X-Goog-Expires': String(expires),
    'X-Goog-SignedHeaders': all.map(([header]) => header).join(';'),
    ...query,
  };
  const path = `/rio/${name.split('/').map(encode).join('/')}`;
  const search = Object.entries(parameters)
    .map(([parameter, value]) => `${encode(parameter)}=${encode(value)}`)
    .sort()
    .join('&');
  const lines = all.map(([header, value]) => `${header}:${value}\n`).join('');
  const canonical = [method, path, search, lines, parameters['X-Goog-SignedHeaders'], 'UNSIGNED-PAYLOAD'].join('\n');
  const text = ['GOOG4-RSA-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const signature = createSign('RSA-SHA256').update(text).sign(key.private_key, 'hex');
  return `${open.origin}${path}?${search}&X-Goog-Signature=${signature}`;
}

test('a signed URL gives the content to whoever has it', async () => {
  const response = await fetch(sign({ query: { 'response-content-disposition': 'attachment; filename="x"' } }));
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/plain',
    'content-disposition': 'attachment; filename="x"',
    'x-goog-meta-a': 'b',
    'x-goog-hash': expect.stringContaining('md5='),
  });
  expect(await response.text()).toBe('content');
  const part = await fetch(sign(), { headers: { range: 'bytes=3-5' } });
  expect([part.status, await part.text()]).toEqual([206, 'ten']);
  const head = await fetch(sign({ method: 'HEAD' }), { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '7', '']);
});

test('a signed URL takes an upload with the headers that were signed', async () => {
  const headers = { 'content-type': 'text/csv', 'x-goog-meta-origem': '1746' };
  const url = sign({ method: 'PUT', name: 'up.csv', headers });
  expect(
    (await fetch(url, { method: 'PUT', headers: { ...headers, 'x-goog-meta-origem': 'x' }, body: 'a,b' })).status,
  ).toBe(403);
  expect((await fetch(url, { method: 'PUT', headers, body: 'a,b' })).status).toBe(200);
  expect(await open.lake.stat({ bucket: 'rio', name: 'up.csv' })).toMatchObject({
    size: 3,
    contentType: 'text/csv',
    metadata: { origem: '1746' },
  });
  const once = { 'x-goog-if-generation-match': '0' };
  expect(
    (await fetch(sign({ method: 'PUT', name: 'up.csv', headers: once }), { method: 'PUT', headers: once, body: 'x' }))
      .status,
  ).toBe(412);
  const promised = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const wrong = sign({ method: 'PUT', name: 'wrong', headers: promised });
  expect((await fetch(wrong, { method: 'PUT', headers: promised, body: 'x' })).status).toBe(400);
  expect((await fetch(sign({ method: 'DELETE', name: 'up.csv' }), { method: 'DELETE' })).status).toBe(204);
});

test('a signed URL is for one request, for its time, by a key that is valid', async () => {
  const refused = async (url: string, method = 'GET') => {
    const response = await fetch(url, { method });
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
    ]);
  };
  await refused(sign(), 'DELETE');
  await refused(sign().replace('a%C3%A7', 'b%C3%A7'));
  await refused(`${sign()}&generation=1`);
  await refused(sign({ at: new Date(Date.now() - 120_000) }));
  await refused(sign({ at: new Date(Date.now() + 3_600_000) }));
  await refused(sign({ expires: 8 * 24 * 3600 }));
  await refused(sign({ query: { 'X-Goog-Algorithm': 'GOOG4-HMAC-SHA256' } }));
  await refused(sign({ key: { ...file, client_email: 'nobody@rio' } }));
  const revoked = await keyFile('editor@rio');
  expect((await fetch(sign({ key: revoked }))).status).toBe(200);
  await open.access.serviceKeys.revoke(revoked.client_id, revoked.private_key_id);
  await refused(sign({ key: revoked }));
});

test('a signature is for a name to the letter', async () => {
  await open.lake.write({ bucket: 'rio', name: 'a/../b' }, Readable.from([Buffer.from('another')]));
  const { search } = new URL(sign({ name: 'b' }));
  // Most clients would take the step up before they ask.
  const { hostname, port } = new URL(open.origin);
  const asked = request({ hostname, port, path: `/rio/a/../b${search}` }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect([response.statusCode, await text(response)]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')]);
});

test('a signature may be in the Authorization header, and then for the content too', async () => {
  const content = 'signed content';
  const put = (body: string) => {
    const path = '/rio/cabe%C3%A7alho';
    const date = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const headers = { 'x-goog-content-sha256': sha256, 'x-goog-date': date };
    const names = 'host;x-goog-content-sha256;x-goog-date';
    const lines = `host:${new URL(open.origin).host}\nx-goog-content-sha256:${sha256}\nx-goog-date:${date}\n`;
    const hash = createHash('sha256').update(['PUT', path, '', lines, names, sha256].join('\n')).digest('hex');
    const signature = createSign('RSA-SHA256')
      .update(['GOOG4-RSA-SHA256', date, scope, hash].join('\n'))
      .sign(file.private_key, 'hex');
    const authorization = `GOOG4-RSA-SHA256 Credential=${file.client_email}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return fetch(open.origin + path, { method: 'PUT', headers: { ...headers, authorization }, body });
  };
  expect((await put('other content')).status).toBe(400);
  expect((await put(content)).status).toBe(200);
  expect((await open.lake.stat({ bucket: 'rio', name: 'cabeçalho' })).size).toBe(content.length);
});

test('a signature gives its signer’s rights and no more', async () => {
  await open.keyFor('leitor');
  const key = await keyFile('leitor@rio');
  expect((await fetch(sign({ key }))).status).toBe(200);
  const put = await fetch(sign({ method: 'PUT', name: 'x', key }), { method: 'PUT', body: 'x' });
  expect([put.status, await put.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
});

test('without key or signature there is nothing but what is public', async () => {
  await open.lake.putBucket({ name: 'publico', project: 'rio', purpose: 'data' });
  await open.lake.write({ bucket: 'publico', name: 'a/b' }, Readable.from([Buffer.from('open')]));
  const get = (path: string, key?: string) =>
    fetch(open.origin + path, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } });
  const answers = async () => {
    const [there, hidden, absent] = [await get('/publico/a/b'), await get('/rio/x'), await get('/nada/x')];
    return { there: there.status, text: await there.text(), hidden: await hidden.text(), absent: await absent.text() };
  };
  const before = await answers();
  expect(before.there).toBe(404);
  expect(before.hidden.replace('/rio/', '/nada/')).toBe(before.absent);
  await open.lake.buckets.change('publico', {
    policy: [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }],
  });
  expect(await answers()).toMatchObject({ there: 200, text: 'open' });
  const key = await open.keyFor('leitor');
  expect((await get('/rio/pasta/a%C3%A7%C3%A3o%20(1).txt', key)).status).toBe(200);
  expect((await get('/rio/none', key)).status).toBe(404);
  expect((await get('/api/nothing', key)).status).toBe(404);
});
