import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MysqlOptions, mysql, type Source } from '../../src/ingest/sources.ts';
import { freePort } from '../support/arcos.ts';

const [MARIADBD, INSTALL] = ['/usr/sbin/mariadbd', '/usr/bin/mariadb-install-db'];
const lacking = existsSync(MARIADBD) && existsSync(INSTALL) ? '' : ' (skipped: there is no mariadbd)';

describe.skipIf(lacking !== '')(`mysql, of MariaDB${lacking}`, () => {
  let folder: string;
  let server: ChildProcess;
  let url: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'arcos-mariadb-'));
    const user = process.getuid?.() === 0 ? ['--user=root'] : [];
    const common = ['--no-defaults', `--datadir=${join(folder, 'data')}`, ...user];
    execFileSync(INSTALL, [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], {
      stdio: 'ignore',
    });
    const port = await freePort();
    const place = ['--bind-address=127.0.0.1', `--port=${port}`, `--socket=${join(folder, 'socket')}`];
    server = spawn(MARIADBD, [...common, ...place, '--innodb-buffer-pool-size=16M'], { stdio: 'ignore' });
    const connect = () =>
      createConnection({ socketPath: join(folder, 'socket'), user: 'root', multipleStatements: true });
    let connection = await connect().catch(() => undefined);
    while (connection === undefined) {
      if (server.exitCode !== null) throw new Error(`mariadbd ended with ${server.exitCode}`);
      await sleep(100);
      connection = await connect().catch(() => undefined);
    }
    await connection.query(
      `
      CREATE DATABASE obras CHARACTER SET utf8mb4;
      CREATE USER 'ana'@'%' IDENTIFIED BY 'se@gredo/';
      GRANT SELECT, INSERT, DELETE ON obras.* TO 'ana'@'%';
      CREATE TABLE obras.ordem (id BIGINT PRIMARY KEY, nome VARCHAR(50), valor DECIMAL(30, 10), em TIMESTAMP(6) NULL,
        dia DATE, nota JSON, foto BLOB, ativa BOOLEAN, \`o\`\`dd "col\` INT);
      INSERT INTO obras.ordem SELECT seq + 9007199254740992, CONCAT('ção ', seq), 12345678901234567890.0000000001,
        '2026-01-01 00:00:00' + INTERVAL seq SECOND, '2026-01-31', '{"a": [1]}', x'00ff', seq % 2, seq FROM obras_seq;`
        .replace(
          'obras_seq',
          '(WITH RECURSIVE s AS (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM s WHERE seq < 12000) SELECT seq FROM s) AS s',
        )
        .replace('INSERT INTO', 'SET SESSION max_recursive_iterations = 20000, time_zone = "+00:00"; INSERT INTO'),
    );
    await connection.end();
    url = `mysql://ana:${encodeURIComponent('se@gredo/')}@127.0.0.1:${port}/obras`;
  });
  afterAll(async () => {
    if (server?.exitCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function all(source: Source) {
    const rows = [];
    for await (const row of source) rows.push(row);
    return rows;
  }
  const read = (options: Omit<MysqlOptions, 'url'>) => mysql({ url, ...options });

  test('reads a query, what JavaScript has no type for as texts', async () => {
    const rows = await all(
      read({ sql: 'SELECT * FROM ordem WHERE id <= ? ORDER BY id', parameters: ['9007199254751992'] }),
    );
    expect(rows).toHaveLength(11_000);
    expect(rows[0]).toEqual({
      id: '9007199254740993',
      nome: 'ção 1',
      valor: '12345678901234567890.0000000001',
      em: '2026-01-01 00:00:01.000000',
      dia: '2026-01-31',
      nota: '{"a": [1]}',
      foto: 'AP8=',
      ativa: 1,
      'o`dd "col': 1,
    });
  });

  test.for(['id', 'em', 'o`dd "col'])('goes on behind the cursor %j, of any name and beyond 2^53', async (cursor) => {
    const from = (since?: string) =>
      read({ sql: 'SELECT * FROM ordem', cursor, batch: 100, ...(since === undefined ? {} : { since }) });
    const first = from();
    let count = 0;
    for await (const _ of first) if (++count === 150) break;
    expect(await all(from(first.cursor))).toHaveLength(12_000 - 150);
    const whole = from();
    await all(whole);
    expect(await all(from(whole.cursor))).toEqual([]);
  });

  test('says what is wrong, without the password, and writes nothing', async () => {
    await expect(all(read({ sql: 'SELECT nome FRO ordem' }))).rejects.toMatchObject({ code: 'INVALID' });
    await expect(all(read({ sql: 'SELECT 1; SELECT 2' }))).rejects.toMatchObject({ code: 'INVALID' });
    await expect(all(read({ sql: 'SELECT id FROM ordem', cursor: 'em' }))).rejects.toMatchObject({ code: 'INVALID' });
    await expect(all(read({ sql: 'DELETE FROM ordem' }))).rejects.toThrow(/read.only/i);
    for (const wrong of [url.replace('se%40', 'x%40'), url.replace(/:\d+\//, ':1/')]) {
      const error: unknown = await all(mysql({ url: wrong, sql: 'SELECT 1' })).catch((each) => each);
      expect(error).toMatchObject({ code: wrong.includes(':1/') ? 'UNAVAILABLE' : 'INVALID' });
      expect(String(error)).not.toMatch(/gredo/);
    }
    expect(() => mysql({ url: 'postgres://ana:segredo@x/y', sql: 'SELECT 1' })).toThrow(/mysql:\/\/user/);
  });
});
