import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { Store } from './store.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

interface MigrationTables {
  'arcos.migration': { number: number; name: string; sha256: string; applied_at: Date };
}

/** Any constant will do; it must only never change. */
const LOCK = 4_720_250_721;

/**
 * Brings the database to the newest migration: forward only, each in its own transaction, one process
 * at a time. Returns the names of those applied now.
 * Throws STATE when the database is newer than this program, or when an applied file was changed since.
 */
export async function migrate(store: Store): Promise<string[]> {
  const migrations = readMigrations();
  return store
    .tables<MigrationTables>()
    .connection()
    .execute(async (db) => {
      await sql`SELECT pg_advisory_lock(${LOCK})`.execute(db);
      try {
        await sql`CREATE SCHEMA IF NOT EXISTS arcos`.execute(db);
        await sql`CREATE TABLE IF NOT EXISTS arcos.migration (
        number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now())`.execute(db);
        const applied = await db.selectFrom('arcos.migration').selectAll().orderBy('number').execute();
        checkHistory(applied, migrations);
        const pending = migrations.slice(applied.length);
        for (const { sql: text, ...row } of pending) {
          await db.transaction().execute(async (transaction) => {
            await sql.raw(text).execute(transaction);
            await transaction
              .insertInto('arcos.migration')
              .values({ ...row, applied_at: new Date() })
              .execute();
          });
        }
        return pending.map((migration) => migration.name);
      } finally {
        await sql`SELECT pg_advisory_unlock(${LOCK})`.execute(db);
      }
    });
}

function readMigrations(): Migration[] {
  const dir = join(import.meta.dirname, 'migrations');
  return readdirSync(dir)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file, index) => {
      const number = Number(file.slice(0, 4));
      if (number !== index + 1) throw new ArcosError('INTERNAL', `Migration ${file} is out of sequence`);
      const text = readFileSync(join(dir, file), 'utf8');
      return { number, name: file.slice(0, -'.sql'.length), sql: text, sha256: sha256(text) };
    });
}

function checkHistory(applied: readonly { number: number; name: string; sha256: string }[], known: Migration[]): void {
  const newer = applied[known.length];
  if (newer !== undefined) {
    throw new ArcosError('STATE', `The database is of a newer Arcos (it has the migration ${newer.name})`, {
      hint: 'Start the newer Arcos again, or choose another folder with --state.',
    });
  }
  for (const [index, row] of applied.entries()) {
    const migration = known[index];
    if (migration?.sha256 !== row.sha256) {
      throw new ArcosError('STATE', `The migration ${row.name} was changed after it was applied`, {
        hint: 'Migrations are never edited: restore the file and write a new one.',
      });
    }
  }
}
