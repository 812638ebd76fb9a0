import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedLake, serveTestLake } from './testing.ts';

let open: ServedLake;
let editor: string;
let admin: string;
let reader: string;
let stranger: string;
beforeAll(async () => {
  open = await serveTestLake();
  editor = await open.keyFor('editor');
  admin = await open.keyFor('administrador');
  reader = await open.keyFor('leitor');
  stranger = await open.keyFor('leitor', 'saude');
});
afterAll(() => open.close());

const write = (bucket: string, name: string) => open.lake.write({ bucket, name }, Readable.from([Buffer.from(name)]));

test('a bucket is made, told of, changed and removed', async () => {
  const make = (key: string, name: string) => open.call(key, 'POST', '/storage/v1/b?project=rio', { name });
  expect((await make(reader, 'novo')).status).toBe(403);
  expect((await make(editor, 'No')).status).toBe(400);
  expect((await make(editor, 'warehouse')).status).toBe(400);
  expect(await make(editor, 'novo')).toMatchObject({ status: 200, body: { name: 'novo', metageneration: '1' } });
  expect((await make(editor, 'novo')).status).toBe(409);
  expect((await open.call(editor, 'POST', '/storage/v1/b?project=outro', { name: 'outro' })).status).toBe(403);

  const labels = { labels: { equipe: 'dados', antigo: 'x' } };
  await open.call(editor, 'PATCH', '/storage/v1/b/novo', labels);
  const changed = await open.call(editor, 'PATCH', '/storage/v1/b/novo', { labels: { antigo: null } });
  expect(changed.body).toMatchObject({ labels: { equipe: 'dados' }, metageneration: '3' });
  expect((await open.call(editor, 'PATCH', '/b/novo?ifMetagenerationMatch=1', {})).status).toBe(412);
  expect((await open.call(reader, 'PATCH', '/b/novo', {})).status).toBe(403);
  expect((await open.call(editor, 'GET', '/b?project=rio&prefix=nov')).body).toMatchObject({
    items: [{ name: 'novo' }],
  });
  expect((await open.call(editor, 'GET', '/b/novo/notificationConfigs')).body).toMatchObject({ items: [] });
  expect((await open.call(editor, 'POST', '/b/novo/notificationConfigs', {})).status).toBe(422);

  await write('novo', 'x');
  expect((await open.call(editor, 'DELETE', '/b/novo')).status).toBe(409);
  await open.lake.remove({ bucket: 'novo', name: 'x' });
  expect((await open.call(editor, 'DELETE', '/b/novo')).status).toBe(204);
  expect((await open.call(admin, 'GET', '/b/novo')).status).toBe(404);
});

test('a policy lets others in, below a prefix where it says so, and only an administrator writes it', async () => {
  await open.lake.putBucket({ name: 'aberto', project: 'rio', purpose: 'data' });
  for (const name of ['publico/a', 'saude/b', 'c']) await write('aberto', name);
  const status = async (key: string | undefined, path: string, method = 'GET') =>
    (await open.call(key, method, `/storage/v1/b/aberto/${path}`)).status;
  expect(await status(undefined, 'o/publico%2Fa')).toBe(401);
  expect(await status(stranger, 'o/saude%2Fb')).toBe(404);

  const startsWith = (prefix: string) => ({
    title: prefix,
    expression: `resource.name.startsWith("projects/_/buckets/aberto/objects/${prefix}")`,
  });
  const viewer = 'roles/storage.objectViewer';
  const bindings = [
    { role: viewer, members: ['allUsers'], condition: startsWith('publico/') },
    { role: 'roles/storage.objectUser', members: ['serviceAccount:leitor@saude'], condition: startsWith('saude/') },
  ];
  const put = (key: string, body: object) => open.call(key, 'PUT', '/storage/v1/b/aberto/iam', body);
  expect((await put(editor, { bindings })).status).toBe(403);
  const before = (await open.call(admin, 'GET', '/b/aberto/iam')).body as { etag: string };
  expect((await put(admin, { ...before, bindings })).body).toMatchObject({ bindings });
  expect((await put(admin, { ...before, bindings: [] })).status).toBe(412);

  expect(await status(undefined, 'o/publico%2Fa?alt=media')).toBe(200);
  expect(await status(undefined, 'o/c')).toBe(401);
  expect(await status(undefined, 'o?prefix=publico/')).toBe(200);
  expect(await status(undefined, 'o')).toBe(401);
  expect(await status(undefined, 'o/publico%2Fa', 'DELETE')).toBe(401);
  expect(await status(stranger, 'o/c')).toBe(404);
  expect(await status(stranger, 'o/saude%2Fb')).toBe(200);
  expect(await status(stranger, 'o/saude%2Fb', 'DELETE')).toBe(204);
  expect(await status(stranger, 'iam')).toBe(404);

  await put(admin, { bindings: [{ role: viewer, members: ['role:leitor'] }] });
  expect(await status(stranger, 'o/c')).toBe(200);
  expect(await status(undefined, 'o/c')).toBe(401);
  const permissions = 'permissions=storage.objects.get&permissions=storage.objects.delete';
  const held = await open.call(stranger, 'GET', `/b/aberto/iam/testPermissions?${permissions}`);
  expect(held.body).toMatchObject({ permissions: ['storage.objects.get'] });
});

test.for([
  [{ role: 'roles/owner', members: ['allUsers'] }],
  [{ role: 'toString', members: ['allUsers'] }],
  [{ role: 'roles/storage.objectViewer', members: ['everyone'] }],
  [{ role: 'roles/storage.objectViewer', members: ['role:rei'] }],
  [{ role: 'roles/storage.objectViewer', members: ['allUsers'], condition: { expression: 'true' } }],
])('the binding %j is refused', async ([binding]) => {
  const { status } = await open.call(admin, 'PUT', '/b/rio/iam', { bindings: [binding] });
  expect(status).toBe(400);
});

test('code is not shared, and nothing by ACLs', async () => {
  const bindings = [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }];
  expect((await open.call(admin, 'PUT', '/b/code/iam', { bindings })).status).toBe(422);
  expect((await open.call(admin, 'POST', '/b/rio/acl', { entity: 'allUsers', role: 'READER' })).status).toBe(400);
  expect((await open.call(admin, 'POST', '/b?project=rio&predefinedAcl=publicRead', { name: 'acl' })).status).toBe(400);
});
