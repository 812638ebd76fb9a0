import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLog } from '../../src/base/log.ts';
import { accountFor } from '../../src/store/embedded/account.ts';
import { postgresBinaries } from '../../src/store/embedded/binaries.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/postgres.ts';
import type { BenchCase } from '../case.ts';
import { temporaryFolder } from '../folder.ts';

const run = promisify(execFile);

export const bench: BenchCase = {
  describe: "PostgreSQL started on a cluster that is there, and stopped: by the launcher / by PostgreSQL's own pg_ctl",
  rounds: 15,
  async prepare() {
    await using opening = new AsyncDisposableStack();
    const folder = await temporaryFolder(opening);
    const launch = (name: string) =>
      startEmbeddedPostgres({ dir: join(folder, name), logFile: join(folder, 'log'), log: silentLog });
    for (const name of ['ours', 'peer']) await (await launch(name)).stop();

    const { pg_ctl } = await postgresBinaries();
    const [cluster, socket] = [join(folder, 'peer'), join(folder, 'peer.socket')];
    const account = accountFor([cluster, pg_ctl, socket]);
    const control = async (...args: readonly string[]) => {
      const {
        file,
        args: argv,
        options,
      } = account.command(pg_ctl, ['--pgdata', cluster, '--wait', '--silent', ...args]);
      await run(file, argv, { ...options, cwd: '/' });
    };
    const open = opening.move();
    const settings = `-c listen_addresses='' -c unix_socket_directories='${socket}'`;
    return {
      async ours() {
        const postgres = await launch('ours');
        await postgres.stop();
      },
      async peer() {
        await control('start', '--log', '/dev/null', '--options', settings);
        await control('stop', '--mode', 'fast');
      },
      close: () => open.disposeAsync(),
    };
  },
};
