import { ArcosError } from '../../../src/base/errors.ts';
import { bind, bindEvaluation, type Session } from '../../../src/sql/bind.ts';
import type { BoundQueryStatement, BoundStatement, LiteralValue } from '../../../src/sql/bound.ts';
import type { ColumnInfo } from '../../../src/sql/catalog.ts';
import { emitDml, emitLiteralRows } from '../../../src/sql/duckdb.ts';
import { loadCatalog } from '../../../src/sql/load.ts';
import { parseScript } from '../../../src/sql/parse.ts';
import { namesOf } from '../../../src/sql/relations.ts';
import { interpret, type ScriptAnswer, type ScriptStep } from '../../../src/sql/script.ts';
import type { Answer } from './compare.ts';
import type { Engine } from './engine.ts';
import { Store } from './store.ts';

const NOTHING: Answer = { columns: [], rows: [], ordered: false };

/** A warehouse in memory for one case: statements are bound, emitted and run for real; the catalog is a few maps. */
export class World {
  readonly #engine: Engine;
  readonly store: Store;

  constructor(engine: Engine, store: Store) {
    this.#engine = engine;
    this.store = store;
  }

  /** A fresh one, the tables of the last gone. */
  static async create(engine: Engine): Promise<World> {
    return new World(engine, await Store.create(engine));
  }

  /** The answer of a script's last statement. */
  async run(text: string, session: Session, options: { dryRun?: boolean } = {}): Promise<Answer> {
    const { script, faults } = parseScript(text);
    const [fault] = faults;
    if (fault !== undefined) throw new ArcosError('INVALID', fault.message, { data: { faults } });
    const single = script.statements.length === 1;
    let last = NOTHING;
    const steps = interpret(script, text, session);
    for (let next = steps.next({}); next.done !== true; ) {
      let answer: ScriptAnswer = {};
      try {
        const { result, ...rest } = await this.#step(next.value, options.dryRun === true, single);
        if (result !== undefined) last = result;
        answer = rest;
      } catch (error) {
        next = steps.throw(error);
        continue;
      }
      next = steps.next(answer);
    }
    return last;
  }

  async #step(step: ScriptStep, dryRun: boolean, single: boolean): Promise<ScriptAnswer & { result?: Answer }> {
    if (step.kind === 'routine') {
      const routine = await this.store.routine(step.path);
      return routine === undefined ? {} : { routine };
    }
    const { text, session } = step;
    const node = step.kind === 'run' ? step.statement : step.node;
    const catalog = await loadCatalog(namesOf(node, session.defaults), this.store);
    if (step.kind === 'evaluate') {
      const { bound, faults } = bindEvaluation(text, step.node, step.as, catalog, session);
      if (bound === undefined) throw refused(faults);
      const { columns, rows } = await this.#query(bound);
      return { columns, rows };
    }
    const { statement } = step;
    if (statement.kind === 'begin_transaction') await this.#engine.run('BEGIN');
    else if (statement.kind === 'commit' || statement.kind === 'rollback') await this.#engine.run(statement.kind);
    else {
      const { bound, faults } = bind(text, statement, catalog, session);
      if (bound === undefined) throw refused(faults);
      if (dryRun) return { result: bound.kind === 'query' ? { ...NOTHING, columns: bound.columns } : NOTHING };
      return await this.#execute(bound, single);
    }
    return { result: NOTHING };
  }

  async #execute(bound: BoundStatement, single: boolean): Promise<ScriptAnswer & { result: Answer }> {
    if ('javascript' in bound) this.#engine.registerJavaScript(bound.javascript);
    switch (bound.kind) {
      case 'query':
        return { result: await this.#query(bound) };
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
      case 'truncate':
        for (const step of emitDml(bound).steps) await this.#engine.run(step);
        return { result: NOTHING };
      case 'export_data':
      case 'load_data':
        throw new ArcosError('UNSUPPORTED', `${bound.kind} needs the warehouse`);
      default: {
        await this.store.execute(bound);
        const columns = single && (bound.kind === 'create_table' || bound.kind === 'create_view') ? bound.columns : [];
        const routine = bound.kind === 'create_routine' ? { routine: bound.routine } : {};
        return { result: { ...NOTHING, columns }, ...routine };
      }
    }
  }

  async #query(bound: BoundQueryStatement): Promise<Answer & { columns: readonly ColumnInfo[] }> {
    this.#engine.registerJavaScript(bound.javascript);
    const rows = await this.#engine.run(emitLiteralRows(bound.query));
    return {
      columns: bound.columns,
      rows: rows.map(([row]) => JSON.parse(String(row)) as LiteralValue[]),
      ordered: bound.ordered,
    };
  }
}

function refused(faults: readonly { readonly code: string; readonly message: string }[]): ArcosError {
  const message = faults.map((fault) => fault.message).join('; ');
  const code = faults[0]?.code === 'sql/unknown-table' ? 'NOT_FOUND' : 'INVALID';
  return new ArcosError(code, message, { data: { faults } });
}
