import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { ArcosError } from '../../base/errors.ts';
import { sha256 } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { type Account, accountFor } from './account.ts';
import { type PostgresBinaries, postgresBinaries } from './binaries.ts';

export interface EmbeddedPostgres {
  /** For `openStore` and for DuckLake: a libpq connection URI over a Unix socket. */
  readonly url: string;
  /** Process id of the postmaster. */
  readonly pid: number;
  /** Fast shutdown: sessions are cut, everything committed is on disk. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster; made on the first start. */
  readonly dir: string;
  /** File that PostgreSQL's own messages go to. */
  readonly logFile: string;
  readonly log: Log;
}

const DATABASE = 'arcos';
const USER = 'arcos';
const START_TIMEOUT_MS = 60_000;
/** sockaddr_un.sun_path holds 104 bytes on macOS and 108 on Linux, the name of PostgreSQL's socket included. */
const LONGEST_SOCKET_FOLDER = 80;

const run = promisify(execFile);

/**
 * Starts PostgreSQL on the cluster in `dir`, made first if there is none. It listens on a Unix socket
 * in a folder that only its own account and root can enter, and on no TCP port, so it can take
 * anyone who reaches it for its owner ("trust") and two Arcos on one machine never meet.
 *
 * A postmaster left behind by a killed Arcos is stopped first: the caller holds the state folder's lock.
 * Throws STATE when the cluster cannot be made or started, with the last lines of its log.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dir, logFile } = options;
  const binaries = await postgresBinaries();
  const socketDir = socketFolder(dir);
  const account = accountFor([dir, binaries.postgres, socketDir]);
  if (!existsSync(dir)) await makeCluster(dir, binaries, account);
  await stopLeftover(dir, binaries, account);
  mkdirSync(socketDir, { recursive: true, mode: 0o700 });
  account.own(socketDir);

  const postmaster = startPostmaster(dir, socketDir, logFile, binaries, account);
  const url = `postgres://${USER}@localhost/${DATABASE}?host=${encodeURIComponent(socketDir)}`;
  await waitUntilReady(postmaster, socketDir, logFile);
  await ensureDatabase(socketDir);

  let stopping = false;
  postmaster.on('exit', (code, signal) => {
    if (!stopping) options.log.error('PostgreSQL stopped by itself', { code, signal, logFile });
  });
  return {
    url,
    pid: postmaster.pid ?? 0,
    async stop() {
      stopping = true;
      await stopPostmaster(postmaster);
    },
  };
}

function socketFolder(dir: string): string {
  const inside = `${dir}.socket`;
  return inside.length <= LONGEST_SOCKET_FOLDER ? inside : join(tmpdir(), `arcos-pg-${sha256(dir).slice(0, 16)}`);
}

/** initdb into a folder beside `dir` and rename, so that a killed initdb leaves no half cluster. */
async function makeCluster(dir: string, binaries: PostgresBinaries, account: Account): Promise<void> {
  const unfinished = `${dir}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  account.own(unfinished);
  const flags = ['--auth=trust', '--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const initdb = account.command(binaries.initdb, [
    `--pgdata=${unfinished}`,
    `--username=${USER}`,
    ...flags,
    '--locale=C',
    '--no-instructions',
  ]);
  try {
    await run(initdb.file, initdb.args, { ...initdb.options, cwd: '/' });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() ?? String(cause);
    throw new ArcosError('STATE', `PostgreSQL's cluster cannot be made in ${dir}: ${said}`, {
      hint: 'See that the disk has room and the folder may be written.',
      cause,
    });
  }
  renameSync(unfinished, dir);
}

async function stopLeftover(dir: string, binaries: PostgresBinaries, account: Account): Promise<void> {
  if (!existsSync(join(dir, 'postmaster.pid'))) return;
  const stop = account.command(binaries.pg_ctl, ['stop', '--pgdata', dir, '--mode=fast', '--wait', '--silent']);
  // pg_ctl fails when the pid file is stale: nothing runs, and PostgreSQL will recover by itself.
  await run(stop.file, stop.args, { ...stop.options, cwd: '/' }).catch(() => undefined);
}

function startPostmaster(
  dir: string,
  socketDir: string,
  logFile: string,
  binaries: PostgresBinaries,
  account: Account,
): ChildProcess {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    // The metadata of a city fits in little; the data itself is in DuckDB's hands.
    shared_buffers: '48MB',
    max_connections: '100',
    // Fewer processes: no replication, no I/O workers (io_method=sync is PostgreSQL 17's behaviour).
    io_method: 'sync',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const args = ['-D', dir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const { file, args: argv, options } = account.command(binaries.postgres, args);
  const output = openSync(logFile, 'a', 0o600);
  // Detached: Ctrl-C in a terminal goes to the whole foreground group, and PostgreSQL must outlive its clients.
  const child = spawn(file, argv, { ...options, cwd: '/', detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  return child;
}

async function waitUntilReady(postmaster: ChildProcess, socketDir: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let spawnError: Error | undefined;
  postmaster.on('error', (error) => {
    spawnError = error;
  });
  for (;;) {
    if (await answers(socketDir)) return;
    const ended = spawnError !== undefined || postmaster.exitCode !== null || postmaster.signalCode !== null;
    if (ended || Date.now() > deadline) {
      postmaster.kill('SIGQUIT');
      const said = spawnError?.message ?? readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-4).join('\n');
      throw new ArcosError('STATE', `PostgreSQL does not start:\n${said}`, {
        hint: `The whole log is ${logFile}.`,
        cause: spawnError,
      });
    }
    await sleep(20);
  }
}

async function answers(socketDir: string): Promise<boolean> {
  const client = new pg.Client({ host: socketDir, user: USER, database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function ensureDatabase(socketDir: string): Promise<void> {
  const client = new pg.Client({ host: socketDir, user: USER, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function stopPostmaster(postmaster: ChildProcess): Promise<void> {
  if (postmaster.exitCode !== null || postmaster.signalCode !== null) return;
  const ended = new Promise<void>((done) => postmaster.once('exit', () => done()));
  postmaster.kill('SIGINT');
  const late = setTimeout(() => postmaster.kill('SIGQUIT'), 10_000);
  await ended;
  clearTimeout(late);
}
