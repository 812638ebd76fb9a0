import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestLake } from '../lake/testing.ts';
import { arcgis, fileRows, gtfs, http, postgres, type Source } from './sources.ts';

let answer: (url: URL, response: ServerResponse, request: IncomingMessage) => void;
let origin: string;
let folder: string;
const server = createServer((request, response) => answer(new URL(request.url ?? '/', origin), response, request));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'arcos-sources-'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const json = (response: ServerResponse, body: unknown, headers = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

async function all<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of source) items.push(item);
  return items;
}

const ITEMS = Array.from({ length: 7 }, (_, index) => ({ id: index + 1, local: { bairro: `b${index}` } }));
const RECORDS = ITEMS.map(({ id, local }) => ({ id, local: JSON.stringify(local) }));

describe('http', () => {
  const slice = (url: URL, start: number, size = 3) => {
    const since = Number(url.searchParams.get('depois') ?? 0);
    return ITEMS.filter(({ id }) => id > since).slice(start, start + size);
  };

  it.each<[string, Partial<Parameters<typeof http>[0]>, typeof answer]>([
    [
      'link',
      { paging: { by: 'link' } },
      (url, response) => {
        const page = Number(url.searchParams.get('p') ?? 0);
        const link = `<${url.pathname}?p=${page + 1}>; rel="next", <x>; rel="last"`;
        json(response, slice(url, page * 3), page < 2 ? { link } : {});
      },
    ],
    [
      'token',
      { rows: 'data.items', paging: { by: 'token', at: 'data.next', parameter: 'cursor' } },
      (url, response) => {
        const start = Number(url.searchParams.get('cursor') ?? 0);
        json(response, { data: { items: slice(url, start), next: start + 3 < 7 ? String(start + 3) : null } });
      },
    ],
    [
      'page',
      { rows: 'rows', paging: { by: 'page', parameter: 'page' } },
      (url, response) => json(response, { rows: slice(url, (Number(url.searchParams.get('page')) - 1) * 3) }),
    ],
    [
      'offset',
      { paging: { by: 'offset', parameter: 'o', limitParameter: 'l', limit: 3 } },
      (url, response) =>
        json(response, slice(url, Number(url.searchParams.get('o')), Number(url.searchParams.get('l')))),
    ],
  ])('reads pages by %s', async (_, options, answers) => {
    answer = answers;
    const source = http({ url: `${origin}/lista`, ...options });
    expect(await all(source)).toEqual(RECORDS);
  });

  it('goes on behind its cursor', async () => {
    answer = (url, response) => json(response, slice(url, 0, 100));
    const cursor = { column: 'id', parameter: 'depois' };
    const first = http({ url: origin, cursor });
    expect((await all(first)).length).toBe(7);
    expect(first.cursor).toBe('7');
    const second = http({ url: origin, cursor, since: '5' });
    expect(await all(second)).toEqual(RECORDS.slice(5));
    expect(second.cursor).toBe('7');
    const third = http({ url: origin, cursor, since: '7' });
    expect([await all(third), third.cursor]).toEqual([[], '7']);
  });

  it('asks again while the server is busy, as long as it says', async () => {
    let calls = 0;
    answer = (_, response) => {
      calls += 1;
      if (calls < 3) response.writeHead(calls === 1 ? 429 : 503, { 'retry-after': '0' }).end();
      else json(response, ITEMS.slice(0, 1));
    };
    expect(await all(http({ url: origin }))).toEqual(RECORDS.slice(0, 1));
    expect(calls).toBe(3);
  });

  it.each<[string, Partial<Parameters<typeof http>[0]>, typeof answer, object]>([
    [
      'a server that stays busy',
      { tries: 2 },
      (_, response) => response.writeHead(503, { 'retry-after': '0' }).end('cheio'),
      { code: 'UNAVAILABLE', message: expect.stringMatching(/answered 503, asked 2 times: cheio$/) },
    ],
    ['a refusal', {}, (_, response) => response.writeHead(403).end(), { code: 'DENIED' }],
    ['a page without rows', { rows: 'a.b' }, (_, response) => json(response, {}), { message: /has no list at a\.b/ }],
    ['no JSON', {}, (_, response) => response.end('<html>'), { message: /does not answer with JSON/ }],
    [
      'a page that is its own next one',
      { paging: { by: 'link' } },
      (url, response) => json(response, [], { link: `<${url.href}>; rel="next"` }),
      { message: /gives the same page again/ },
    ],
    [
      'a next page at another server, which would get the key',
      { paging: { by: 'link' } },
      (_, response) => json(response, [], { link: '<http://outro.example/>; rel="next"' }),
      { message: /sends on to http:\/\/outro\.example/ },
    ],
  ])('ends with %s', async (_, options, answers, error) => {
    answer = answers;
    const thrown: unknown = await all(http({ url: `${origin}/?chave=segredo`, ...options })).catch((each) => each);
    const { message, ...rest } = error as { message?: RegExp };
    expect(thrown).toMatchObject(message instanceof RegExp ? rest : error);
    if (message instanceof RegExp) expect(String(thrown)).toMatch(message);
    expect(String(thrown)).not.toContain('segredo');
  });
});

describe('arcgis', () => {
  /** As the service's description has it: layers, GeoJSON answers, dates in milliseconds, errors with status 200. */
  const layer: typeof answer = (url, response) => {
    if (!url.pathname.endsWith('/query')) {
      const fields = [
        { name: 'OBJECTID', type: 'esriFieldTypeOID' },
        { name: 'nome', type: 'esriFieldTypeString' },
        { name: 'editado', type: 'esriFieldTypeDate' },
      ];
      json(response, { objectIdField: 'OBJECTID', maxRecordCount: 2, geometryType: 'esriGeometryPoint', fields });
      return;
    }
    const where = url.searchParams.get('where') ?? '';
    if (where.includes('bairo')) {
      json(response, { error: { code: 400, message: "'Invalid field: bairo'" } });
      return;
    }
    const behind = Number(/OBJECTID > (\d+)/.exec(where)?.[1] ?? 0);
    const since = Date.parse(`${/TIMESTAMP '([^']*)'/.exec(where)?.[1] ?? '1970-01-01 00:00:00'}Z`);
    const features = [1, 2, 3, 4, 5]
      .map((id) => ({
        properties: { OBJECTID: id, nome: `n${id}`, editado: Date.UTC(2026, 0, id) },
        geometry: id === 5 ? null : { type: 'Point', coordinates: [-43, -22 - id] },
      }))
      .filter(({ properties }) => properties.OBJECTID > behind && properties.editado > since)
      .slice(0, Number(url.searchParams.get('resultRecordCount')));
    json(response, { type: 'FeatureCollection', features });
  };

  it('reads pages behind the last object id, with geometry and dates as text', async () => {
    answer = layer;
    const source = arcgis({ url: `${origin}/FeatureServer/0/`, fields: ['nome', 'editado'], cursor: 'editado' });
    const rows = await all(source);
    expect(rows).toHaveLength(5);
    expect(rows[0]).toEqual({ nome: 'n1', editado: '2026-01-01T00:00:00.000Z', geometria: 'POINT (-43 -23)' });
    expect(rows[4]).toMatchObject({ nome: 'n5', geometria: null });
    expect(source.cursor).toBe('2026-01-05T00:00:00.000Z');
    const since = '2026-01-03T00:00:00.000Z';
    const next = arcgis({ url: `${origin}/FeatureServer/0`, cursor: 'editado', since, geometry: false });
    expect((await all(next)).map(({ nome }) => nome)).toEqual(['n4', 'n5']);
  });

  it('says what the service refuses', async () => {
    answer = layer;
    await expect(all(arcgis({ url: `${origin}/FeatureServer/0`, where: "bairo = 'x'" }))).rejects.toThrow(
      /Invalid field: bairo/,
    );
  });
});

describe('postgres', () => {
  let url: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    // Any database does.
    const lake = await openTestLake();
    url = lake.store.url;
    close = () => lake.close();
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`CREATE TABLE ordem AS SELECT i AS id, 'n' || i AS nome, 12345678901234567890.10::numeric AS valor,
      TIMESTAMPTZ '2026-01-01 00:00:00Z' + i * INTERVAL '1 second' AS em, NULL::text AS nada FROM generate_series(1, 12000) i`);
    await client.end();
  });
  afterAll(() => close());

  it('reads a query in batches, numbers and times as they are', async () => {
    const source = postgres({
      url,
      sql: 'SELECT id, valor, nada FROM ordem WHERE id <= $1 ORDER BY id',
      parameters: [11_000],
    });
    const rows = await all(source);
    expect(rows).toHaveLength(11_000);
    expect(rows[0]).toEqual({ id: '1', valor: '12345678901234567890.10', nada: null });
  });

  it('goes on behind its cursor', async () => {
    const from = (since?: string) =>
      postgres({
        url,
        sql: 'SELECT id, em FROM ordem',
        cursor: 'em',
        batch: 100,
        ...(since === undefined ? {} : { since }),
      });
    const first: Source = from();
    let count = 0;
    for await (const _ of first) if (++count === 150) break;
    expect((await all(from(first.cursor))).length).toBe(12_000 - 150);
    const whole = from();
    await all(whole);
    expect(await all(from(whole.cursor))).toEqual([]);
  });

  it('says what is wrong, without the password', async () => {
    await expect(all(postgres({ url, sql: 'SELECT nome FRO ordem' }))).rejects.toMatchObject({ code: 'INVALID' });
    const away = 'postgres://ana:segredo@127.0.0.1:1/x';
    const error: unknown = await all(postgres({ url: away, sql: 'SELECT 1' })).catch((each) => each);
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(String(error)).not.toContain('segredo');
  });

  it('writes nothing', async () => {
    await expect(all(postgres({ url, sql: 'DELETE FROM ordem RETURNING id' }))).rejects.toMatchObject({
      code: 'INVALID',
    });
  });
});

describe('files', () => {
  it('gtfs reads one file of a feed, once', async () => {
    mkdirSync(join(folder, 'feed'));
    writeFileSync(join(folder, 'feed', 'stops.txt'), '\ufeffstop_id,stop_name\r\n1,Estação São Cristóvão\r\n');
    execFileSync('python3', ['-m', 'zipfile', '-c', join(folder, 'feed.zip'), join(folder, 'feed', 'stops.txt')]);
    const first = gtfs({ from: join(folder, 'feed.zip'), file: 'stops' });
    expect(await all(first)).toEqual([{ stop_id: '1', stop_name: 'Estação São Cristóvão' }]);
    const again = gtfs({ from: join(folder, 'feed.zip'), file: 'stops', since: first.cursor ?? '' });
    expect(await all(again)).toEqual([]);
    await expect(all(gtfs({ from: join(folder, 'feed.zip'), file: 'trips' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'It has stops.txt.',
    });
  });

  it('fileRows names file and line of what it cannot read', async () => {
    const path = join(folder, 'a.csv');
    writeFileSync(path, 'id;nome\n1;a\n2\n');
    await expect(all(fileRows(path))).rejects.toThrow(/a\.csv:3: 1 fields/);
  });
});
