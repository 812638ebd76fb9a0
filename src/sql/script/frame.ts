import { ArcosError } from '../../base/errors.ts';
import type { TypeNode } from '../ast/expression.ts';
import { Binder, type Session, type TypedValue } from '../bind/binder.ts';
import { bindType } from '../bind/typenode.ts';
import type { LiteralValue } from '../bound.ts';
import type { Routine } from '../routine.ts';
import { type Source, SqlFault } from '../source.ts';
import { type SqlType, STRING } from '../type.ts';

/** What all frames of one script share. */
interface Shared {
  readonly functions: Map<string, Routine>;
  readonly system: Map<string, TypedValue>;
}

/** The variables of a block, with those of the blocks around it. */
export class Frame {
  #base: Session;
  readonly #parent: Frame | undefined;
  readonly #shared: Shared;
  readonly #variables = new Map<string, TypedValue>();
  #handled: ArcosError | undefined;

  constructor(base: Session, parent?: Frame, shared?: Shared) {
    this.#base = base;
    this.#parent = parent;
    this.#shared = shared ?? { functions: new Map(base.functions), system: new Map(base.systemVariables) };
  }

  /** Takes the parameters and system variables of another text, but for those that were set in an earlier one. */
  goOn(base: Session, settable: ReadonlySet<string>): void {
    for (const [name, value] of base.systemVariables ?? []) {
      const set = this.#shared.system.get(name)?.value !== this.#base.systemVariables?.get(name)?.value;
      if (!settable.has(name) || !set) this.setSystem(name, value);
    }
    this.#base = base;
  }

  inner(): Frame {
    return new Frame(this.#base, this, this.#shared);
  }

  /** The frame of a procedure's body: it sees none of the caller's variables. */
  procedure(defaults: Session['defaults']): Frame {
    return new Frame({ ...this.#base, defaults }, undefined, this.#shared);
  }

  withParameters(named: ReadonlyMap<string, TypedValue>, positional: readonly TypedValue[]): Frame {
    const base = { ...this.#base, parameters: named, positionalParameters: positional };
    return new Frame(base, this, this.#shared);
  }

  /** What a statement here is bound in. */
  get session(): Session {
    const dataset = this.#shared.system.get('dataset_id')?.value;
    const project = this.#shared.system.get('dataset_project_id')?.value;
    const defaults = {
      ...this.#base.defaults,
      ...(typeof dataset === 'string' ? { dataset } : {}),
      ...(typeof project === 'string' ? { project } : {}),
    };
    const systemVariables = this.#shared.system;
    return { ...this.#base, defaults, variables: this.#all(), functions: this.#shared.functions, systemVariables };
  }

  #all(): Map<string, TypedValue> {
    const all = this.#parent === undefined ? new Map<string, TypedValue>() : this.#parent.#all();
    for (const [name, value] of this.#variables) all.set(name, value);
    return all;
  }

  lookup(name: string): TypedValue | undefined {
    return this.#variables.get(name.toLowerCase()) ?? this.#parent?.lookup(name);
  }

  declares(name: string): boolean {
    return this.#variables.has(name.toLowerCase());
  }

  declare(name: string, value: TypedValue): void {
    this.#variables.set(name.toLowerCase(), value);
  }

  /** A new value for a variable, in the block that declares it. */
  assign(name: string, value: LiteralValue): void {
    const key = name.toLowerCase();
    const known = this.#variables.get(key);
    if (known === undefined) this.#parent?.assign(name, value);
    else this.#variables.set(key, { ...known, value });
  }

  setSystem(name: string, value: TypedValue): void {
    this.#shared.system.set(name.toLowerCase(), value);
  }

  addFunction(routine: Routine): void {
    this.#shared.functions.set(routine.path.routine.toLowerCase(), routine);
  }

  /** Enters an exception handler: @@error tells what happened. */
  handle(error: ArcosError): void {
    this.#handled = error;
    this.setSystem('error.message', { type: STRING, value: String(error.data['said'] ?? error.message) });
    this.setSystem('error.statement_text', { type: STRING, value: String(error.data['statement'] ?? '') });
    this.setSystem('error.formatted_stack_trace', { type: STRING, value: '' });
  }

  /** The error that the innermost handler around here handles. */
  get handled(): ArcosError | undefined {
    return this.#handled ?? this.#parent?.handled;
  }

  typeOf(node: TypeNode, source: Source): SqlType {
    const nothing = { relation: () => undefined, neighbours: () => [] };
    try {
      return bindType(new Binder(source, nothing, this.#base), node);
    } catch (error) {
      if (!(error instanceof SqlFault)) throw error;
      throw new ArcosError('INVALID', error.fault.message, { data: { faults: [error.fault] } });
    }
  }
}
