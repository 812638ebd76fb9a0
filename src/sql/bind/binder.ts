import type { Fault } from '../../base/fault.ts';
import type { NamedWindow } from '../ast/query.ts';
import type { BoundQuery, LiteralValue, Uses } from '../bound.ts';
import type { Catalog, NameDefaults, TablePath } from '../catalog.ts';
import type { JavaScriptFunction, Routine } from '../routine.ts';
import { type Source, type Span, SqlFault } from '../source.ts';
import type { SqlType } from '../type.ts';
import { Scope } from './scope.ts';

/** A query parameter or script variable. */
export interface TypedValue {
  readonly type: SqlType;
  readonly value: LiteralValue;
}

/** What a statement is bound in besides the catalog. */
export interface Session {
  readonly defaults: NameDefaults;
  /** By lower-case name. */
  readonly parameters?: ReadonlyMap<string, TypedValue>;
  readonly positionalParameters?: readonly TypedValue[];
  /** Script variables by lower-case name. */
  readonly variables?: ReadonlyMap<string, TypedValue>;
  readonly systemVariables?: ReadonlyMap<string, TypedValue>;
  /** Temporary functions by lower-case name. */
  readonly functions?: ReadonlyMap<string, Routine>;
  /** Who asks, for SESSION_USER(). */
  readonly user?: string;
}

/** A WITH query that names below it can use. */
export interface VisibleCte {
  readonly name: string;
  readonly id: string;
  /** Its columns; of a recursive one while its own query is bound, those of the first branch. */
  readonly query: Pick<BoundQuery, 'columns' | 'valueTable'>;
}

/** Where an expression stands, and what it may use there. */
export interface Place {
  readonly scope: Scope;
  readonly ctes: readonly VisibleCte[];
  /** For "Aggregate function SUM not allowed in WHERE clause"; absent where aggregates are allowed. */
  readonly noAggregates?: string;
  readonly noWindows?: string;
  readonly windows?: readonly NamedWindow[];
}

/** Where no name is visible: the outermost place of a statement. */
export const NOWHERE: Place = { scope: new Scope(undefined), ctes: [] };

/** What a statement and the views and routines it uses have in common. */
interface Shared {
  readonly faults: Fault[];
  clusters: boolean;
  readonly reads: Map<string, TablePath>;
  readonly javascript: Map<string, JavaScriptFunction>;
  ids: number;
}

const newShared = (): Shared => ({ faults: [], clusters: false, reads: new Map(), javascript: new Map(), ids: 0 });

/** The state of binding one statement: what it has read, which ids are taken, which faults were found. */
export class Binder {
  readonly source: Source;
  readonly catalog: Catalog;
  readonly session: Session;
  readonly #shared: Shared;
  /** Views and routines being expanded, innermost last: one that uses itself is refused. */
  readonly expanding: readonly string[];

  constructor(
    source: Source,
    catalog: Catalog,
    session: Session,
    expanding: readonly string[] = [],
    shared = newShared(),
  ) {
    this.source = source;
    this.catalog = catalog;
    this.session = session;
    this.expanding = expanding;
    this.#shared = shared;
  }

  /** Of the statement and of all that it uses. */
  get faults(): Fault[] {
    return this.#shared.faults;
  }

  /** A binder for a part of the text that is kept and bound anew by others, whose default dataset may be another. */
  withoutDataset(): Binder {
    const { project } = this.session.defaults;
    const session = { ...this.session, defaults: { project } };
    return new Binder(this.source, this.catalog, session, this.expanding, this.#shared);
  }

  /** A binder for the text of a view or routine that the statement uses: its names complete as where it is. */
  inside(source: Source, project: string, span: Span): Binder {
    const name = source.file ?? '';
    if (this.expanding.includes(name)) throw this.fail('recursion', span, `${name} uses itself`);
    const { user, functions } = this.session;
    const session: Session = {
      defaults: { project },
      ...(user === undefined ? {} : { user }),
      ...(functions === undefined ? {} : { functions }),
    };
    return new Binder(source, this.catalog, session, [...this.expanding, name], this.#shared);
  }

  /** A binder for a text that stands for a part of this one: it sees what the part sees. */
  instead(source: Source): Binder {
    return new Binder(source, this.catalog, this.session, this.expanding, this.#shared);
  }

  /** A name for a table or WITH query that no other in the statement has. */
  newId(prefix = 't'): string {
    this.#shared.ids++;
    return `${prefix}${this.#shared.ids}`;
  }

  /** Whether ST_CLUSTERDBSCAN was met, for which a SELECT is written anew. */
  get clusters(): boolean {
    return this.#shared.clusters;
  }

  meetCluster(): void {
    this.#shared.clusters = true;
  }

  read(path: TablePath): void {
    this.#shared.reads.set(`${path.project}.${path.dataset}.${path.table}`, path);
  }

  call(javascript: JavaScriptFunction): void {
    this.#shared.javascript.set(javascript.name, javascript);
  }

  get uses(): Uses {
    return { reads: [...this.#shared.reads.values()], javascript: [...this.#shared.javascript.values()] };
  }

  fail(code: string, span: Span, message: string, hint?: string): SqlFault {
    return new SqlFault(this.source.fault(`sql/${code}`, span, message, hint));
  }

  unsupported(span: Span, what: string): SqlFault {
    return this.fail('unsupported', span, `${what} is not supported yet`);
  }

  /** What `work` gives; if it finds a fault, the fault is kept, binding goes on, and the answer is undefined. */
  attempt<Value>(work: () => Value): Value | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SqlFault)) throw error;
      this.faults.push(error.fault);
      return undefined;
    }
  }
}
