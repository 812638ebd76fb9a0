import { chownSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ArcosError } from '../../base/errors.ts';

/**
 * How to start PostgreSQL's programs. PostgreSQL refuses to run as root, so root starts them as the
 * account `postgres`, or `nobody` where there is none; anyone else starts them as themselves.
 */
export interface Account {
  /** Command and arguments for `spawn`, with the change of account in front where it is needed. */
  command(program: string, args: readonly string[]): { file: string; args: string[]; options: AccountOptions };
  /** Gives a file or folder to the account. */
  own(path: string): void;
}

interface AccountOptions {
  readonly uid?: number;
  readonly gid?: number;
}

const SETPRIV = '/usr/bin/setpriv';

/**
 * The account for a cluster that has to reach `paths`. When root's own folders (mode 0700, as
 * `mktemp -d` makes them) stand in the way, Linux lets the account keep one capability of root's:
 * to look through folders (capabilities(7), CAP_DAC_READ_SEARCH).
 */
export function accountFor(paths: readonly string[]): Account {
  if (process.getuid?.() !== 0) {
    return { command: (file, args) => ({ file, args: [...args], options: {} }), own() {} };
  }
  const { name, uid, gid } = unprivilegedUser();
  const own = (path: string) => chownSync(path, uid, gid);
  const blocked = paths.map(firstClosedFolder).find((folder) => folder !== undefined);
  if (blocked === undefined) {
    return { command: (file, args) => ({ file, args: [...args], options: { uid, gid } }), own };
  }
  if (statSync(SETPRIV, { throwIfNoEntry: false }) === undefined) {
    throw new ArcosError('STATE', `PostgreSQL runs as the user "${name}" here, who cannot enter ${blocked}`, {
      hint: `Run "chmod o+x ${blocked}", or choose another folder with --state, or run as a user other than root.`,
    });
  }
  const drop = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // access(2) forgets capabilities of a user other than root unless this bit is set.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
  ];
  return { command: (file, args) => ({ file: SETPRIV, args: [...drop, file, ...args], options: {} }), own };
}

function unprivilegedUser(): { name: string; uid: number; gid: number } {
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const row = rows.find((fields) => fields[0] === name);
    if (row !== undefined) return { name, uid: Number(row[2]), gid: Number(row[3]) };
  }
  throw new ArcosError('CONFIG', 'PostgreSQL cannot run as root, and there is no user "postgres" or "nobody"', {
    hint: 'Run Arcos as a user other than root, or set DATABASE_URL to a PostgreSQL of your own.',
  });
}

/** The outermost folder above `path` that strangers cannot enter. */
function firstClosedFolder(path: string): string | undefined {
  const folders: string[] = [];
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.find((folder) => (statSync(folder).mode & 0o001) === 0);
}
