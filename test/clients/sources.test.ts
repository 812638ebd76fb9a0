import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fileRows, ftp, type RemoteFile, type Source, sftp } from '../../src/ingest/sources.ts';
import { pythonWithClients } from './venv.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'arcos-remote-test-'));
  mkdirSync(join(folder, 'saida', 'velhos'), { recursive: true });
  for (const [name, content, second] of [
    ['a.csv', 'id,nome\n1,São\n', 10],
    ['b.csv', 'id,nome\n2,Méier\n', 20],
    ['c.csv', 'id,nome\n3,Centro\n', 20],
    ['leia.txt', 'nada', 30],
  ] as const) {
    const path = join(folder, 'saida', name);
    writeFileSync(path, content);
    utimesSync(path, new Date(`2026-01-01T00:00:${second}Z`), new Date(`2026-01-01T00:00:${second}Z`));
  }
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Files with their rows; each copy is there only while the loop is at it. */
async function read(source: Source<RemoteFile>, most = Number.POSITIVE_INFINITY) {
  const found = [];
  const copies = [];
  for await (const { name, path } of source) {
    const rows = [];
    for await (const row of fileRows(path)) rows.push(row);
    found.push([name, rows]);
    copies.push(path);
    if (found.length >= most) break;
  }
  expect(copies.map((path) => existsSync(path))).toEqual(copies.map(() => false));
  return found;
}

const A = ['a.csv', [{ id: '1', nome: 'São' }]];
const B = ['b.csv', [{ id: '2', nome: 'Méier' }]];
const C = ['c.csv', [{ id: '3', nome: 'Centro' }]];

/** What holds for every protocol. */
async function holds(open: (since?: string) => Source<RemoteFile>): Promise<void> {
  expect(await read(open())).toEqual([A, B, C]);
  const some = open();
  await read(some, 2);
  // The second was not done with when the loop ended: it comes again.
  expect(some.cursor).toBe('2026-01-01T00:00:10.000Z a.csv');
  const rest = open(some.cursor);
  expect(await read(rest)).toEqual([B, C]);
  expect(rest.cursor).toBe('2026-01-01T00:00:20.000Z c.csv');
  expect(await read(open(rest.cursor))).toEqual([]);
}

const found = pythonWithClients('ftp.txt');
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';

test.skipIf('missing' in found)(`ftp reads what is new${reason}`, { timeout: 60_000 }, async () => {
  const script = join(import.meta.dirname, 'python', 'ftp_server.py');
  const python = 'python' in found ? found.python : '';
  const server = spawn(python, [script, folder, 'ana', 'segredo'], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    const options = { host: '127.0.0.1', port: Number(line), user: 'ana', folder: '/saida', match: /\.csv$/ };
    await holds((since) =>
      ftp({ ...options, password: 'segredo', secure: false, ...(since === undefined ? {} : { since }) }),
    );
    await expect(read(ftp({ ...options, password: 'outro', secure: false }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  } finally {
    server.kill();
  }
});

const SSHD = '/usr/sbin/sshd';
const lacking = existsSync(SSHD) ? '' : ' (skipped: there is no sshd)';

describe.skipIf(lacking !== '')(`sftp${lacking}`, () => {
  let keys: string;
  let server: ChildProcess;
  let port: number;
  beforeAll(async () => {
    keys = mkdtempSync(join(tmpdir(), 'arcos-sshd-'));
    for (const name of ['host', 'user']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(keys, name)]);
    }
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    port = (probe.address() as { port: number }).port;
    await new Promise((done) => probe.close(done));
    const config = [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${join(keys, 'host')}`,
      `AuthorizedKeysFile ${join(keys, 'user.pub')}`,
      `PidFile ${join(keys, 'pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'Subsystem sftp internal-sftp',
    ].join('\n');
    writeFileSync(join(keys, 'config'), `${config}\n`);
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
    server = spawn(SSHD, ['-D', '-e', '-f', join(keys, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: server.stderr as NodeJS.ReadableStream })) {
      if (line.includes('Server listening')) break;
    }
    server.stderr?.resume();
  });
  afterAll(() => {
    server.kill();
    rmSync(keys, { recursive: true, force: true });
  });

  test('reads what is new, from the server whose key is known', async () => {
    const print = execFileSync('ssh-keygen', ['-lf', join(keys, 'host.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '';
    const options = {
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      privateKey: readFileSync(join(keys, 'user'), 'utf8'),
      folder: join(folder, 'saida'),
      match: /\.csv$/,
    };
    await holds((since) => sftp({ ...options, hostKey: print, ...(since === undefined ? {} : { since }) }));
    await expect(read(sftp({ ...options, hostKey: 'SHA256:outra' }))).rejects.toMatchObject({
      code: 'DENIED',
      message: `127.0.0.1 has the key ${print}, not SHA256:outra`,
    });
  });
});
