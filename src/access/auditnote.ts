import { AsyncLocalStorage } from 'node:async_hooks';

/** What the log tells of a request besides what its route says: names only, no rows and no texts of queries. */
export interface AuditDetail {
  /** `project.dataset.table` */
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  /** Of a remote procedure call. */
  readonly method?: string;
}

/** Names of one kind at the most: a statement over all of a city's tables is still one line. */
const MOST = 1_000;

/** Collects what is noted while a request is carried out. */
export class AuditNotes {
  readonly #reads = new Set<string>();
  readonly #writes = new Set<string>();
  #method: string | undefined;
  #late: (() => void) | undefined;
  #waiting = false;

  add(kind: 'reads' | 'writes', name: string): void {
    const names = kind === 'reads' ? this.#reads : this.#writes;
    if (names.has(name) || names.size >= MOST) return;
    names.add(name);
    this.#tell();
  }

  setMethod(method: string): void {
    this.#method = method;
  }

  /** Everything since the last time. */
  take(): AuditDetail {
    const [reads, writes, method] = [[...this.#reads], [...this.#writes], this.#method];
    this.#reads.clear();
    this.#writes.clear();
    this.#method = undefined;
    return {
      ...(reads.length === 0 ? {} : { reads }),
      ...(writes.length === 0 ? {} : { writes }),
      ...(method === undefined ? {} : { method }),
    };
  }

  /** A job goes on after its request was answered: `late` is called when more was noted since. */
  afterwards(late: () => void): void {
    this.#late = late;
  }

  #tell(): void {
    if (this.#late === undefined || this.#waiting) return;
    this.#waiting = true;
    // The tables of one statement are noted one after the other.
    setTimeout(() => {
      this.#waiting = false;
      this.#late?.();
    }, LATE_MS);
  }
}

const LATE_MS = 100;

const current = new AsyncLocalStorage<AuditNotes>();

/** What is noted while `work` runs, and what it starts, goes to `notes`. */
export function withNotes<Result>(notes: AuditNotes, work: () => Result): Result {
  return current.run(notes, work);
}

/** Notes that the request under way reads or writes a table. */
export function noteTable(kind: 'reads' | 'writes', table: string): void {
  current.getStore()?.add(kind, table);
}

/** Notes the method that a remote procedure call names; what is no such name is not noted. */
export function noteMethod(method: unknown): void {
  if (typeof method === 'string' && /^[\w.-]{1,64}$/.test(method)) current.getStore()?.setMethod(method);
}
