import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALLERS, MATRIX } from './matrix.ts';
import { bodyOf, makeThings, type Names, pathOf } from './request.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let names: Names;
const keys = new Map<string, string | undefined>();

beforeAll(async () => {
  world = await openWorld();
  names = await makeThings(world);
  const { access, server, person } = world;
  keys.set('nobody', undefined);
  keys.set('agent of another agency', await server.agentKey('rj-saude'));
  keys.set('reader', (await person('leitor')).key);
  keys.set('editor', (await person('editor')).key);
  keys.set('administrator', (await person('administrador')).key);
  const revoked = await person('administrador');
  await access.revokeKeys(revoked.id);
  keys.set('revoked key', revoked.key);
  const expired = await person('administrador');
  keys.set('expired key', await access.issueKey(expired.id, { purpose: 'test', expiresAt: new Date(Date.now() - 1) }));
  const disabled = await person('administrador');
  await access.directory.setDisabled(disabled.id, true);
  keys.set('disabled user', disabled.key);
}, 120_000);
afterAll(() => world?.close());

test('every route has a row, and every row a route', () => {
  const routes = world.routes.map(({ method, path }) => `${method} ${path}`);
  expect([...MATRIX.keys()].sort()).toEqual(routes.sort());
});

/** `in`, or the status of the door's refusal. */
async function answerTo(caller: string, method: string, path: string): Promise<string> {
  const answer = await world.call(keys.get(caller), method, pathOf(path, names), bodyOf(method, path, names));
  if (answer.headers.get('content-type')?.includes('event-stream') === true) {
    await answer.body?.cancel();
    return 'in';
  }
  const text = await answer.text();
  if (answer.status >= 500 && answer.status !== 503) {
    return `${answer.status} ${text.slice(0, 200)}`;
  }
  // A login that fails is answered like a wrong key, by a route that is open to anyone.
  if (answer.status === 401 && OWN_401.test(text)) return 'in';
  if (answer.status === 401 || answer.status === 403) return String(answer.status);
  // What is not published is not there for anyone.
  const ofLake = path.includes(':bucket');
  return ofLake && answer.status === 404 && HIDDEN.test(text) ? '404' : 'in';
}

const OWN_401 = /There is no user of that name|The one-time link is not valid/;
const HIDDEN = /No such bucket|There is nothing at this address/;

// What is removed must be there for those who come before.
const ROWS = [...MATRIX].sort(([a], [b]) => Number(a.startsWith('DELETE')) - Number(b.startsWith('DELETE')));

test.for(ROWS)('%s', async ([route, expected]) => {
  const [method = '', path = ''] = route.split(' ');
  if (method === 'DELETE') await makeAgain();
  const answers: string[] = [];
  for (const caller of CALLERS) answers.push(await answerTo(caller, method, path));
  const told = (row: readonly string[]) => CALLERS.map((caller, index) => `${caller}: ${row[index]}`);
  expect(told(answers)).toEqual(told(expected));
});

/** A name of the same form that nothing has. */
const ABSENT: Names = {
  deployment: '00000000-0000-7000-8000-000000000000',
  run: '00000000-0000-7000-8000-000000000000',
  schedule: '00000000-0000-7000-8000-000000000000',
  backfill: '00000000-0000-7000-8000-000000000000',
  project: 'rj-nenhum-aqui',
  dataset: 'nenhum',
  table: 'nenhuma',
  bucket: 'rj-nenhum-aqui',
  object: 'nada.csv',
  destinationBucket: 'rj-nenhum-aqui',
  namespace: 'rj-nenhum-aqui',
  agency: 'nenhuma',
  user: 'ninguem@escritorio',
  group: 'grupo-nenhum',
  account: 'robo-nenhum',
  secret: 'NENHUMA',
};

/** All that a route is asked with. */
const asked = (route: string, names: Names): string => {
  const [method = '', path = ''] = route.split(' ');
  return JSON.stringify([pathOf(path, names), bodyOf(method, path, names)]);
};

/** Routes for few that name something. */
const NAMING = ROWS.filter(([route, expected]) => expected[1] !== 'in' && asked(route, ABSENT) !== asked(route, {}));

test.for(NAMING)('a stranger learns nothing from %s', async ([route]) => {
  const [method = '', path = ''] = route.split(' ');
  const things = await makeAgain();
  for (const caller of ['nobody', 'agent of another agency']) {
    const tell = async (said: Names): Promise<string> => {
      const answer = await world.call(keys.get(caller), method, pathOf(path, said), bodyOf(method, path, said));
      let text = `${answer.status} ${await answer.text()}`;
      // The answer may repeat what the question said, which the caller knew.
      for (const name of Object.values(said))
        text = text.replaceAll(encodeURIComponent(name), '*').replaceAll(name, '*');
      return text.replace(/"(date|requestId)":"[^"]*"/g, '').replace(/arcos_[a-z]+/g, '');
    };
    expect(await tell(things), caller).toBe(await tell({ ...things, ...ABSENT }));
  }
});

/** The earlier tests removed some. */
async function makeAgain(): Promise<Names> {
  const { call, server } = world;
  await call(server.adminKey, 'PUT', '/api/users/alvo@escritorio', { agency: 'escritorio' });
  await call(server.adminKey, 'POST', '/upload/storage/v1/b/rj-escritorio/o?uploadType=media&name=segredo.csv', {});
  return names;
}
