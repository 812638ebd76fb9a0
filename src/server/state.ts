import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ArcosError } from '../base/errors.ts';

/** The one folder that everything of an embedded Arcos lives under. */
export interface StateFolder {
  readonly dir: string;
  /** PostgreSQL's cluster. */
  readonly postgres: string;
  readonly lake: string;
  /** Query results kept for paging. */
  readonly results: string;
  /** Files made for download from the portal. */
  readonly exports: string;
  /** Where engines spill. */
  readonly temp: string;
  readonly logs: string;
  /** Keys of the program's own parts, readable by the owner only. */
  readonly keys: string;
  /** Working folders and bundles of an agent that runs beside the server. */
  readonly agent: string;
  /** Lets another process have the folder. */
  release(): void;
}

/** Grows when the layout of the folder changes so that an older program cannot use it. */
const FORMAT = 1;
const SUBFOLDERS = ['lake', 'results', 'exports', 'temp', 'logs', 'keys', 'agent'] as const;

/**
 * Opens the state folder, made on the first start, and holds it until `release` or the end of the
 * process, however it ends. Throws STATE when another process holds it, when a newer Arcos made it, or
 * when it cannot be written.
 */
export function openStateFolder(path: string): StateFolder {
  const dir = resolve(path);
  try {
    mkdirSync(dir, { recursive: true });
    for (const name of SUBFOLDERS) mkdirSync(join(dir, name), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ArcosError('STATE', `The state folder ${dir} cannot be made: ${(cause as Error).message}`, {
      hint: 'Choose a folder you can write to, on a disk with room, with --state DIR.',
      cause,
    });
  }
  const release = lock(dir);
  try {
    checkFormat(dir);
  } catch (error) {
    release();
    throw error;
  }
  const inside = (name: string) => join(dir, name);
  return {
    dir,
    postgres: inside('pg'),
    lake: inside('lake'),
    results: inside('results'),
    exports: inside('exports'),
    temp: inside('temp'),
    logs: inside('logs'),
    keys: inside('keys'),
    agent: inside('agent'),
    release,
  };
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock is gone. */
const held = new Set<DatabaseSync>();

/**
 * The lock is a lock of SQLite's on an empty file: the operating system drops it with the process, so
 * it survives no kill -9 and a reused process id cannot mislead it (Node itself has no file locks).
 */
function lock(dir: string): () => void {
  const holder = join(dir, 'holder');
  const database = new DatabaseSync(join(dir, 'lock'));
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    const pid = existsSync(holder) ? readFileSync(holder, 'utf8').trim() : 'unknown';
    throw new ArcosError('STATE', `Another Arcos (process ${pid}) is using the state folder ${dir}`, {
      hint: 'Stop that one first, or give this one a folder of its own with --state DIR.',
      cause,
    });
  }
  writeFileSync(holder, `${process.pid}\n`);
  held.add(database);
  return () => {
    held.delete(database);
    database.close();
  };
}

function checkFormat(dir: string): void {
  const file = join(dir, 'arcos.json');
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, `${JSON.stringify({ format: FORMAT })}\n`);
    renameSync(`${file}.new`, file);
    return;
  }
  const { format } = JSON.parse(readFileSync(file, 'utf8')) as { format: number };
  if (format > FORMAT) {
    throw new ArcosError(
      'STATE',
      `The state folder ${dir} is of a newer Arcos (format ${format}, this one knows ${FORMAT})`,
      {
        hint: 'Start the newer Arcos again, or choose another folder with --state DIR.',
      },
    );
  }
}
