import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { behind, quoteIdentifier, readSqlUrl } from './source/sql.ts';
import { oracle, type Source, sheets, sqlserver } from './sources.ts';

async function all(source: Source) {
  const rows = [];
  for await (const row of source) rows.push(row);
  return rows;
}

describe('what databases are asked', () => {
  it('quotes names as each of them does', () => {
    expect(quoteIdentifier('a"b', 'double')).toBe('"a""b"');
    expect(quoteIdentifier('a`b', 'backtick')).toBe('`a``b`');
    expect(quoteIdentifier('a]b[c', 'bracket')).toBe('[a]]b[c]');
    for (const name of ['', 'a\0b']) expect(() => quoteIdentifier(name, 'double')).toThrow(/empty or has a NUL/);
  });

  it('asks for what is behind the cursor, in its order', () => {
    const dialect = { quotes: 'double', placeholder: (place: number) => `$${place}` } as const;
    const query = { sql: 'SELECT * FROM t WHERE a = $1', parameters: [7] };
    expect(behind(dialect, query)).toEqual({ text: query.sql, values: [7] });
    expect(behind(dialect, { ...query, cursor: 'em' }).text).toBe(
      'SELECT * FROM (SELECT * FROM t WHERE a = $1) AS arcos_source ORDER BY "em"',
    );
    expect(behind(dialect, { ...query, cursor: 'em', since: "2026-01-01' OR 1" })).toEqual({
      text: 'SELECT * FROM (SELECT * FROM t WHERE a = $1) AS arcos_source WHERE "em" > $2 ORDER BY "em"',
      values: [7, "2026-01-01' OR 1"],
    });
    expect(behind({ ...dialect, as: ' ' }, { ...query, cursor: 'id', since: '9007199254740993' })).toEqual({
      text: 'SELECT * FROM (SELECT * FROM t WHERE a = $1) arcos_source WHERE "id" > 9007199254740993 ORDER BY "id"',
      values: [7],
    });
  });

  it('reads an address, and never repeats a wrong one', () => {
    expect(readSqlUrl('mysql://a%40b:p%2F@[::1]/d%C3%A9', 'mysql', 3306)).toEqual({
      host: '::1',
      port: 3306,
      user: 'a@b',
      password: 'p/',
      database: 'dé',
      shown: '[::1]/dé',
    });
    for (const url of ['segredo', 'http://a:segredo@b/c', 'mysql://']) {
      expect(() => readSqlUrl(url, 'mysql', 1)).toThrow(/^The address of the database is not mysql:/);
    }
  });

  it('says which package is missing', async () => {
    await expect(all(sqlserver({ url: 'sqlserver://a:b@c/d', sql: 'SELECT 1' }))).rejects.toMatchObject({
      code: 'CONFIG',
      hint: 'Beside your flows: npm install tedious',
    });
    await expect(all(oracle({ url: 'oracle://a:b@c/d', sql: 'SELECT 1 FROM dual' }))).rejects.toMatchObject({
      hint: 'Beside your flows: npm install oracledb',
    });
  });
});

describe('sheets', () => {
  let close: (() => unknown) | undefined;
  afterEach(() => close?.());

  /** The service with a sheet as it was recorded: values end at the last cell of a row that has something in it. */
  async function serve(rows: readonly unknown[][], title = "Ano d'2026") {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ranges: string[] = [];
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      const { pathname } = new URL(request.url ?? '', 'http://x');
      const send = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      if (pathname === '/token') {
        const assertion = new URLSearchParams(await text(request)).get('assertion') ?? '';
        const [head, claims, signature = ''] = assertion.split('.');
        const right = createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url');
        return send(right ? 200 : 400, right ? { access_token: 'token' } : { error: 'invalid_grant' });
      }
      const { authorization, 'x-goog-api-key': key } = request.headers;
      if (authorization !== 'Bearer token' && key !== 'chave') return send(403, { error: { message: 'no' } });
      const range = /^\/v4\/spreadsheets\/a%2Fb\/values\/(.*)$/.exec(pathname)?.[1];
      if (range === undefined)
        return send(200, { sheets: [{ properties: { title, gridProperties: { rowCount: 8 } } }] });
      const asked = decodeURIComponent(range);
      ranges.push(asked);
      const [, from, to] = /!(\d+):(\d+)$/.exec(asked) ?? [];
      return send(200, { range: asked, values: rows.slice(Number(from) - 1, Number(to)) });
    };
    const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    close = () => server.close();
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const account = { client_email: 'a@b', private_key, token_uri: `${endpoint}/token` };
    return { endpoint, account, ranges };
  }

  const ROWS = [['ignored'], ['id', ' nome ', 'dia'], [1, 'São', '31/01/2026'], [], [2.5, '', true], ['x']];

  it('reads the rows below the header, a batch at a time, with a key or a signature', async () => {
    const { endpoint, account, ranges } = await serve(ROWS);
    const expected = [
      { id: 1, nome: 'São', dia: '31/01/2026' },
      { id: 2.5, nome: null, dia: true },
      { id: 'x', nome: null, dia: null },
    ];
    expect(await all(sheets({ id: 'a/b', header: 2, batch: 3, endpoint, apiKey: 'chave' }))).toEqual(expected);
    expect(ranges).toEqual(["'Ano d''2026'!2:2", "'Ano d''2026'!3:5", "'Ano d''2026'!6:8"]);
    expect(await all(sheets({ id: 'a/b', header: 2, endpoint, credentials: JSON.stringify(account) }))).toEqual(
      expected,
    );
  });

  it('says what is wrong', async () => {
    const { endpoint, account } = await serve([['id', 'id'], [1, 2, 3], ['a'], ['b', 'c']]);
    const read = (options: object) => all(sheets({ id: 'a/b', endpoint, apiKey: 'chave', ...options }));
    await expect(read({})).rejects.toThrow(/row 1 has "id" twice/);
    await expect(read({ header: 3 })).rejects.toThrow(/row 4 has 2 cells, but the header 1 names/);
    await expect(read({ header: 7 })).rejects.toThrow(/row 7 has no names/);
    await expect(read({ sheet: 'outra' })).rejects.toMatchObject({ code: 'NOT_FOUND', hint: "It has Ano d'2026." });
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const stranger = { ...account, private_key: String(other) };
    await expect(read({ apiKey: undefined, credentials: stranger })).rejects.toMatchObject({ code: 'DENIED' });
    await expect(read({ apiKey: undefined, credentials: 'segredo' })).rejects.not.toThrow(/segredo/);
    await expect(read({ apiKey: undefined })).rejects.toMatchObject({ code: 'CONFIG' });
  });
});
