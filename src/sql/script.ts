import { ArcosError, asArcosError } from '../base/errors.ts';
import type { Expression, Name } from './ast/expression.ts';
import type { Query } from './ast/query.ts';
import type { Script, Scripting, Statement } from './ast/statement.ts';
import type { Session, TypedValue } from './bind.ts';
import type { LiteralValue } from './bound.ts';
import type { ColumnInfo } from './catalog.ts';
import { parseScript } from './parse.ts';
import type { Routine, RoutinePath } from './routine.ts';
import { Frame } from './script/frame.ts';
import { Source, type Span } from './source.ts';
import { completeTablePath } from './tablepath.ts';
import { BOOL, type SqlType, STRING } from './type.ts';

/** What a script asks of whoever runs it, one thing after the other. */
export type ScriptStep =
  /** Bind and execute a statement that is no control flow: a query, DML, DDL, BEGIN TRANSACTION and the like. */
  | { readonly kind: 'run'; readonly statement: Statement; readonly text: string; readonly session: Session }
  /** The rows of an expression (one row, one column; as type `as` if given) or of a query. */
  | {
      readonly kind: 'evaluate';
      readonly node: Expression | Query;
      readonly as?: SqlType;
      readonly text: string;
      readonly session: Session;
    }
  | { readonly kind: 'routine'; readonly path: RoutinePath };

export interface ScriptAnswer {
  /** Of an evaluation. */
  readonly columns?: readonly ColumnInfo[];
  readonly rows?: readonly (readonly LiteralValue[])[];
  /** The routine that was asked for, or the temporary function that a statement made. */
  readonly routine?: Routine;
  /** New values of system variables, by name without `@@`. */
  readonly system?: ReadonlyMap<string, TypedValue>;
}

/** System variables that SET may change (GoogleSQL, System variables). */
const SETTABLE: ReadonlySet<string> = new Set(['dataset_id', 'dataset_project_id', 'query_label', 'time_zone']);

type Steps<Result> = Generator<ScriptStep, Result, ScriptAnswer>;

/** Variables, temporary functions and system variables that outlive a text: those of a session. */
export type ScriptMemory = Frame;

export function scriptMemory(session: Session): ScriptMemory {
  return new Frame(session);
}

/** Why a list of statements ended early. */
type Leave = { readonly kind: 'break' | 'continue' | 'return'; readonly label?: string } | undefined;

/**
 * Runs a script (GoogleSQL, Procedural language): control flow and variables here, everything else by the
 * caller, who answers each step. A failed step is thrown into the generator, where BEGIN ... EXCEPTION may
 * catch it. Throws ArcosError INVALID for a mistake in the script and for RAISE.
 *
 * @param memory what earlier texts of a session left, and this one adds to
 */
export function* interpret(
  script: Script,
  text: string,
  session: Session,
  memory: ScriptMemory = scriptMemory(session),
): Steps<void> {
  memory.goOn(session, SETTABLE);
  yield* new Interpreter(new Source(text), memory).list(script.statements);
}

class Interpreter {
  readonly #source: Source;
  readonly #frame: Frame;

  constructor(source: Source, frame: Frame) {
    this.#source = source;
    this.#frame = frame;
  }

  *list(statements: readonly Statement[]): Steps<Leave> {
    for (const statement of statements) {
      const leave = yield* this.#statement(statement);
      if (leave !== undefined) return leave;
    }
    return undefined;
  }

  *#statement(node: Statement): Steps<Leave> {
    switch (node.kind) {
      case 'declare':
        yield* this.#declare(node);
        return undefined;
      case 'set':
        yield* this.#set(node);
        return undefined;
      case 'if':
        for (const { condition, body } of node.branches) {
          if (yield* this.#holds(condition)) return yield* this.list(body);
        }
        return yield* this.list(node.otherwise ?? []);
      case 'case_statement':
        return yield* this.#case(node);
      case 'loop':
        return yield* this.#repeat(node, {});
      case 'while':
        return yield* this.#repeat(node, { while: node.condition });
      case 'repeat':
        return yield* this.#repeat(node, { until: node.until });
      case 'for':
        return yield* this.#for(node);
      case 'block':
        return yield* this.#block(node);
      case 'break':
      case 'continue':
        return { kind: node.kind, ...(node.label === undefined ? {} : { label: node.label }) };
      case 'return':
        return { kind: 'return' };
      case 'raise':
        return yield* this.#raise(node);
      case 'call':
        yield* this.#call(node);
        return undefined;
      case 'execute_immediate':
        yield* this.#executeImmediate(node);
        return undefined;
      case 'assert':
        if (!(yield* this.#holds(node.condition))) throw this.#fail(node, node.description ?? 'Assertion failed');
        return undefined;
      default: {
        const session = this.#frame.session;
        const answer = yield { kind: 'run', statement: node, text: this.#source.text, session };
        if (answer.routine?.path.dataset === '') this.#frame.addFunction(answer.routine);
        for (const [name, value] of answer.system ?? []) this.#frame.setSystem(name, value);
        return undefined;
      }
    }
  }

  /** @param said what @@error.message tells where it is not the message with its place */
  #fail(span: Span, message: string, said?: string): ArcosError {
    const fault = this.#source.fault('sql/script', span, message);
    const data = { faults: [fault], ...(said === undefined ? {} : { said }) };
    return new ArcosError('INVALID', fault.message, { data });
  }

  *#rows(node: Expression | Query, as?: SqlType): Steps<Required<Pick<ScriptAnswer, 'columns' | 'rows'>>> {
    const answer = yield {
      kind: 'evaluate',
      node,
      ...(as === undefined ? {} : { as }),
      text: this.#source.text,
      session: this.#frame.session,
    };
    return { columns: answer.columns ?? [], rows: answer.rows ?? [] };
  }

  *#value(node: Expression, as?: SqlType): Steps<TypedValue> {
    const { columns, rows } = yield* this.#rows(node, as);
    return { type: as ?? columns[0]?.type ?? STRING, value: rows[0]?.[0] ?? null };
  }

  *#holds(node: Expression): Steps<boolean> {
    return (yield* this.#value(node, BOOL)).value === true;
  }

  *#declare(node: Extract<Scripting, { kind: 'declare' }>): Steps<void> {
    const type = node.type && this.#frame.typeOf(node.type, this.#source);
    for (const name of node.names) {
      if (this.#frame.declares(name.name)) throw this.#fail(name, `Re-declaration of variable ${name.name}`);
      const value = node.default === undefined ? null : yield* this.#value(node.default, type);
      this.#frame.declare(name.name, value ?? { type: type ?? STRING, value: null });
    }
  }

  *#set(node: Extract<Scripting, { kind: 'set' }>): Steps<void> {
    const [only] = node.targets;
    if (only?.kind === 'system') {
      yield* this.#setSystem(node, only.name, node.value);
      return;
    }
    const names = node.targets.flatMap((target) => (target.kind === 'variable' ? [target.name] : []));
    const types = names.map((name) => this.#variable(name).type);
    const [type] = types;
    if (only === undefined || type === undefined) return;
    if (names.length === 1 && !(node.list && isStructQuery(node.value))) {
      const [name] = names;
      if (name !== undefined) this.#frame.assign(name.name, (yield* this.#value(node.value, type)).value);
      return;
    }
    const struct: SqlType = { kind: 'STRUCT', fields: types.map((of) => ({ type: of })) };
    const { value } = yield* this.#value(node.value, struct);
    for (const [index, name] of names.entries()) this.#frame.assign(name.name, memberOf(value, index));
  }

  *#setSystem(node: Span, name: string, value: Expression): Steps<void> {
    const key = name.toLowerCase();
    if (!SETTABLE.has(key)) throw this.#fail(node, `Cannot assign to the system variable @@${name}`);
    const given = yield* this.#value(value, STRING);
    if (key === 'time_zone' && !isZone(given.value))
      throw this.#fail(node, `Invalid time zone: ${String(given.value)}`);
    this.#frame.setSystem(key, given);
  }

  #variable(name: Name): TypedValue {
    const variable = this.#frame.lookup(name.name);
    if (variable === undefined) throw this.#fail(name, `Undeclared variable: ${name.name}`);
    return variable;
  }

  *#case(node: Extract<Scripting, { kind: 'case_statement' }>): Steps<Leave> {
    for (const { when, body } of node.branches) {
      const { operand } = node;
      const condition: Expression =
        operand === undefined
          ? when
          : { kind: 'binary', operator: '=', left: operand, right: when, start: when.start, end: when.end };
      if (yield* this.#holds(condition)) return yield* this.list(body);
    }
    return yield* this.list(node.otherwise ?? []);
  }

  *#repeat(
    node: { readonly label?: string; readonly body: readonly Statement[] },
    condition: { readonly while?: Expression; readonly until?: Expression },
  ): Steps<Leave> {
    for (;;) {
      if (condition.while !== undefined && !(yield* this.#holds(condition.while))) return undefined;
      const outcome = afterBody(yield* this.#inner().list(node.body), node.label);
      if (outcome !== 'next') return outcome;
      if (condition.until !== undefined && (yield* this.#holds(condition.until))) return undefined;
    }
  }

  *#for(node: Extract<Scripting, { kind: 'for' }>): Steps<Leave> {
    const { columns, rows } = yield* this.#rows(node.query);
    const type: SqlType = {
      kind: 'STRUCT',
      fields: columns.map((column) => ({ name: column.name, type: column.type })),
    };
    for (const row of rows) {
      const inner = this.#inner();
      inner.#frame.declare(node.variable.name, { type, value: row });
      const outcome = afterBody(yield* inner.list(node.body), node.label);
      if (outcome !== 'next') return outcome;
    }
    return undefined;
  }

  #inner(): Interpreter {
    return new Interpreter(this.#source, this.#frame.inner());
  }

  *#block(node: Extract<Scripting, { kind: 'block' }>): Steps<Leave> {
    let leave: Leave;
    try {
      leave = yield* this.#inner().list(node.body);
    } catch (thrown) {
      const error = asArcosError(thrown);
      if (node.handler === undefined || !catchable(error)) throw error;
      const inner = this.#inner();
      inner.#frame.handle(error);
      leave = yield* inner.list(node.handler);
    }
    return leave?.kind === 'break' && leave.label !== undefined && leave.label === node.label ? undefined : leave;
  }

  *#raise(node: Extract<Scripting, { kind: 'raise' }>): Steps<never> {
    if (node.message !== undefined) {
      const { value } = yield* this.#value(node.message, STRING);
      throw this.#fail(node, String(value), String(value));
    }
    const { handled } = this.#frame;
    throw handled ?? this.#fail(node, 'RAISE without a message is allowed only in an exception handler');
  }

  *#call(node: Extract<Scripting, { kind: 'call' }>): Steps<void> {
    const { session } = this.#frame;
    const path = completeTablePath(node.name, session.defaults);
    const name = node.name.map((part) => part.name).join('.');
    if (path === undefined) throw this.#fail(node, `Procedure "${name}" must be qualified with a dataset`);
    const { project, dataset, table: routine } = path;
    const { routine: procedure } = yield { kind: 'routine', path: { project, dataset, routine } };
    if (procedure?.kind !== 'procedure') throw this.#fail(node, `Procedure is not found: ${name}`);
    if (procedure.parameters.length !== node.arguments.length) {
      throw this.#fail(node, `Procedure ${name} takes ${procedure.parameters.length} arguments`);
    }
    const inside = this.#frame.procedure({ project, dataset });
    const results: (readonly [parameter: string, variable: string])[] = [];
    for (const [index, parameter] of procedure.parameters.entries()) {
      const value = node.arguments[index]?.value;
      const { mode = 'IN', type } = parameter;
      if (value === undefined || value.kind === 'table') throw this.#fail(node, `${name} needs values`);
      if (mode !== 'IN') results.push([parameter.name, this.#outVariable(value, parameter.name)]);
      const given = mode === 'OUT' ? { type: type ?? STRING, value: null } : yield* this.#value(value, type);
      inside.declare(parameter.name, given);
    }
    const source = new Source(procedure.body, name);
    const { script, faults } = parseScript(procedure.body, { file: name });
    const [fault] = faults;
    if (fault !== undefined) throw new ArcosError('INVALID', fault.message, { data: { faults } });
    yield* new Interpreter(source, inside).list(script.statements);
    for (const [parameter, variable] of results) {
      this.#frame.assign(variable, inside.lookup(parameter)?.value ?? null);
    }
  }

  #outVariable(value: Expression, parameter: string): string {
    const [name] = value.kind === 'path' ? value.parts : [];
    if (name !== undefined && this.#frame.lookup(name.name) !== undefined) return name.name;
    throw this.#fail(value, `The argument for the OUT parameter ${parameter} must be a variable`);
  }

  *#executeImmediate(node: Extract<Scripting, { kind: 'execute_immediate' }>): Steps<void> {
    const { value: sql } = yield* this.#value(node.sql, STRING);
    if (typeof sql !== 'string') throw this.#fail(node, 'EXECUTE IMMEDIATE sql string cannot be NULL');
    const positional: TypedValue[] = [];
    const named = new Map<string, TypedValue>();
    for (const { value, alias } of node.using) {
      const given = yield* this.#value(value);
      if (alias === undefined) positional.push(given);
      else named.set(alias.name.toLowerCase(), given);
    }
    const { script, faults } = parseScript(sql, { file: 'EXECUTE IMMEDIATE' });
    const [fault] = faults;
    if (fault !== undefined) throw new ArcosError('INVALID', fault.message, { data: { faults } });
    const dynamic = new Interpreter(new Source(sql), this.#frame.withParameters(named, positional));
    const [only] = script.statements;
    if (node.into.length === 0) {
      yield* dynamic.list(script.statements);
      return;
    }
    if (only?.kind !== 'query') throw this.#fail(node, 'EXECUTE IMMEDIATE ... INTO needs a query');
    const { rows } = yield* dynamic.#rows(only.query);
    if (rows.length > 1) throw this.#fail(node, 'EXECUTE IMMEDIATE ... INTO query returned more than one row');
    for (const [index, name] of node.into.entries()) {
      this.#variable(name);
      this.#frame.assign(name.name, rows[0]?.[index] ?? null);
    }
  }
}

/** A zone's name, or an offset from UTC. */
function isZone(value: LiteralValue): boolean {
  return typeof value === 'string' && /^(?:[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]+(?:[/_+-][A-Za-z\d_+-]+)*)$/.test(value);
}

/** What becomes of a loop when a run of its body ended so: another run, or what the loop itself ends with. */
function afterBody(leave: Leave, label: string | undefined): 'next' | Leave {
  if (leave === undefined) return 'next';
  const own = leave.label === undefined || leave.label === label;
  if (leave.kind === 'return' || !own) return leave;
  return leave.kind === 'continue' ? 'next' : undefined;
}

function memberOf(value: LiteralValue, index: number): LiteralValue {
  return Array.isArray(value) ? ((value as readonly LiteralValue[])[index] ?? null) : null;
}

/** A handler catches mistakes of the script and its data, not what befalls the machine or a cancelled job. */
function catchable({ code }: ArcosError): boolean {
  return code !== 'CANCELLED' && code !== 'INTERNAL' && code !== 'UNAVAILABLE' && code !== 'TIMEOUT';
}

/** `(SELECT AS STRUCT ...)` */
function isStructQuery(value: Expression): boolean {
  return value.kind === 'subquery' && value.query.body.kind === 'select' && value.query.body.as === 'STRUCT';
}
