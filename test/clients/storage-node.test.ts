import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type ApiError, type Bucket, Storage } from '@google-cloud/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ServiceAccountFile } from '../../src/access/servicekey.ts';
import { openTestLake, type TestLake } from '../../src/lake/testing.ts';
import { type Served, serve } from './server.ts';

let open: TestLake;
let served: Served;
let credentials: ServiceAccountFile;
let folder: string;
beforeAll(async () => {
  open = await openTestLake();
  served = await serve(open);
  credentials = await served.keyFile('administrador');
  folder = mkdtempSync(join(tmpdir(), 'arcos-clients-'));
});
afterAll(async () => {
  await served.close();
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(key = credentials): Promise<Storage> {
  const storage = new Storage({
    apiEndpoint: served.origin,
    useAuthWithCustomEndpoint: true,
    projectId: 'rio',
    credentials: key,
    retryOptions: { autoRetry: false },
  });
  // This client's token endpoint is built in: it signs its requests instead.
  storage.authClient.useJWTAccessWithScope = true;
  // And it opens resumable uploads without a credential where the host is not one of Google's.
  const authorization = (await storage.authClient.getRequestHeaders()).get('authorization') ?? '';
  const request: unknown = (options: { headers?: object }) => ({
    ...options,
    headers: { ...options.headers, authorization },
  });
  storage.interceptors.push({ request } as Storage['interceptors'][number]);
  return storage;
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: ApiError) => error.code,
  );

/** The client calls other paths when it takes the server for an emulator. */
describe.for(['endpoint', 'emulator'] as const)('@google-cloud/storage with the server as its %s', (way) => {
  let storage: Storage;
  let bucket: Bucket;
  beforeEach(async () => {
    if (way === 'emulator') vi.stubEnv('STORAGE_EMULATOR_HOST', served.origin);
    storage = await connect();
    [bucket] = await storage.createBucket(`balde-${randomBytes(6).toString('hex')}`);
  });
  afterEach(() => vi.unstubAllEnvs());
  const read = async (name: string, options = {}) => String((await bucket.file(name).download(options))[0]);

  test('buckets', async () => {
    expect(await codeOf(storage.createBucket(bucket.name))).toBe(409);
    expect(await bucket.exists()).toEqual([true]);
    const [names] = await storage.getBuckets();
    expect(names.map(({ name }) => name)).toContain(bucket.name);
    await bucket.setLabels({ equipe: 'dados' });
    await bucket.addLifecycleRule({ action: { type: 'Delete' }, condition: { age: 30, matchesPrefix: ['tmp/'] } });
    const [metadata] = await bucket.getMetadata();
    expect(metadata).toMatchObject({
      labels: { equipe: 'dados' },
      lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { age: 30, matchesPrefix: ['tmp/'] } }] },
    });
    await bucket.file('x').save('x');
    expect(await codeOf(bucket.delete())).toBe(409);
    await bucket.deleteFiles();
    await bucket.delete();
    expect(await bucket.exists()).toEqual([false]);
  });

  test.for([true, false])('contents up and down, resumable: %s', async (resumable) => {
    const name = 'pasta/São Cristóvão #1?.bin';
    const content = randomBytes(3_000_000);
    const file = bucket.file(name);
    await file.save(content, { resumable, contentType: 'application/x', metadata: { metadata: { origem: '1746' } } });
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({
      name,
      size: '3000000',
      contentType: 'application/x',
      md5Hash: createHash('md5').update(content).digest('base64'),
      metadata: { origem: '1746' },
    });
    // The client checks md5 and crc32c of what it gets.
    expect((await file.download())[0].equals(content)).toBe(true);
    expect((await file.download({ start: 10, end: 19 }))[0].equals(content.subarray(10, 20))).toBe(true);
    const path = join(folder, 'down');
    await file.download({ destination: path });
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(await codeOf(file.save('x', { resumable, preconditionOpts: { ifGenerationMatch: 0 } }))).toBe(412);
  });

  test('a stream of unknown length, in one piece and in many', async () => {
    async function* chunks() {
      for (let index = 0; index < 40; index++) yield Buffer.alloc(64 * 1024, index);
    }
    const whole = await buffer(chunks());
    for (const [name, chunkSize] of [
      ['one', undefined],
      ['many', 256 * 1024],
    ] as const) {
      const options = { resumable: true, ...(chunkSize === undefined ? {} : { chunkSize }) };
      await pipeline(Readable.from(chunks()), bucket.file(name).createWriteStream(options));
      expect((await bucket.file(name).download())[0].equals(whole)).toBe(true);
    }
    await bucket.file('empty').save('');
    expect(await read('empty')).toBe('');
  });

  test('files, gzip and a resumed upload', async () => {
    const path = join(folder, 'a.csv');
    writeFileSync(path, 'a,b\n'.repeat(10_000));
    await bucket.upload(path, { destination: 'csv/a.csv', gzip: true });
    expect((await bucket.file('csv/a.csv').getMetadata())[0]).toMatchObject({
      contentEncoding: 'gzip',
      contentType: 'text/csv',
    });
    expect(await read('csv/a.csv')).toBe(readFileSync(path, 'utf8'));

    const file = bucket.file('resumed');
    const [uri] = await file.createResumableUpload();
    // The address of the upload is its credential.
    const head = await fetch(uri, {
      method: 'PUT',
      headers: { 'content-range': 'bytes 0-9999/*' },
      body: readFileSync(path).subarray(0, 10_000),
    });
    expect(head.status).toBe(308);
    await pipeline(
      createReadStream(path, { start: 10_000 }),
      file.createWriteStream({ uri, resumable: true, offset: 10_000, validation: false }),
    );
    expect(await read('resumed')).toBe(readFileSync(path, 'utf8'));
  });

  test('listings', async () => {
    for (const name of ['a/1', 'a/2', 'a/b/3', 'c']) await bucket.file(name).save(name);
    const names = async (query: object) => (await bucket.getFiles(query))[0].map(({ name }) => name);
    expect(await names({})).toEqual(['a/1', 'a/2', 'a/b/3', 'c']);
    expect(await names({ prefix: 'a/' })).toEqual(['a/1', 'a/2', 'a/b/3']);
    expect(await names({ matchGlob: 'a/*' })).toEqual(['a/1', 'a/2']);
    const [files, next, response] = await bucket.getFiles({ delimiter: '/', maxResults: 1, autoPaginate: false });
    expect([files, response]).toMatchObject([[], { prefixes: ['a/'] }]);
    const [rest] = await bucket.getFiles({ ...next, autoPaginate: false });
    expect(rest.map(({ name }) => name)).toEqual(['c']);
  });

  test('metadata, copies, moves and compositions', async () => {
    const file = bucket.file('s');
    await file.save('one', { metadata: { metadata: { k: 'v' } } });
    await file.setMetadata({ contentType: 'text/x', cacheControl: 'no-cache', metadata: { k2: 'v2' } });
    expect((await file.getMetadata())[0]).toMatchObject({
      contentType: 'text/x',
      cacheControl: 'no-cache',
      metadata: { k: 'v', k2: 'v2' },
    });
    const [copy, response] = await file.copy(bucket.file('copy'));
    expect(response).toMatchObject({ resource: { size: '3', contentType: 'text/x', metadata: { k: 'v', k2: 'v2' } } });
    await copy.move('half');
    await bucket.file('half').moveFileAtomic('moved');
    expect([await copy.exists(), await bucket.file('half').exists()]).toEqual([[false], [false]]);
    await bucket.file('t').save(' two');
    await bucket.combine(['s', 't'], 'whole');
    expect([await read('moved'), await read('whole')]).toEqual(['one', 'one two']);
    await file.delete();
    expect(await codeOf(file.download())).toBe(404);
    expect(await codeOf(file.delete())).toBe(404);
    await file.delete({ ignoreNotFound: true });
  });

  test('versions', async () => {
    await bucket.setMetadata({ versioning: { enabled: true } });
    await bucket.file('v').save('one');
    await bucket.file('v').save('two');
    const [versions] = await bucket.getFiles({ versions: true });
    const generations = versions.map(({ metadata }) => Number(metadata.generation));
    expect(generations).toHaveLength(2);
    const [first = 0] = generations;
    expect(String((await bucket.file('v', { generation: first }).download())[0])).toBe('one');
    await bucket.file('v').delete();
    expect(await bucket.file('v').exists()).toEqual([false]);
    await bucket.file('v', { generation: first }).copy(bucket.file('v'));
    expect(await read('v')).toBe('one');
  });

  test('signed URLs', async () => {
    const file = bucket.file('assinado/ação (1).txt');
    const expires = Date.now() + 60_000;
    const [put] = await file.getSignedUrl({ version: 'v4', action: 'write', expires, contentType: 'text/plain' });
    expect((await fetch(put, { method: 'PUT', body: 'signed' })).status).toBe(403);
    const sent = await fetch(put, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'signed' });
    expect(sent.status).toBe(200);
    const [get] = await file.getSignedUrl({ version: 'v4', action: 'read', expires, promptSaveAs: 'x.txt' });
    const response = await fetch(get);
    expect([response.status, await response.text()]).toEqual([200, 'signed']);
    expect(response.headers.get('content-disposition')).toContain('x.txt');
  });

  test('permissions', async () => {
    const [policy] = await bucket.iam.getPolicy({ requestedPolicyVersion: 3 });
    await bucket.file('publico').save('open');
    const url = `${served.origin}/${bucket.name}/publico`;
    expect((await fetch(url)).status).toBe(404);
    policy.bindings.push({ role: 'roles/storage.objectViewer', members: ['allUsers'] });
    await bucket.iam.setPolicy(policy);
    expect(await (await fetch(url)).text()).toBe('open');
    const [held] = await bucket.iam.testPermissions(['storage.objects.get', 'storage.objects.fly']);
    expect(held).toEqual({ 'storage.objects.get': true, 'storage.objects.fly': false });
    expect(await codeOf(bucket.file('publico').makePublic())).toBe(400);
    expect(await codeOf(bucket.createNotification('topic'))).toBe(422);
    const reader = (await connect(await served.keyFile('leitor'))).bucket(bucket.name);
    expect(String((await reader.file('publico').download())[0])).toBe('open');
    expect(await codeOf(reader.file('x').save('x', { resumable: false }))).toBe(403);
  });
});
