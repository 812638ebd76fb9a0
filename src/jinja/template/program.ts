import { JinjaError } from '../error.ts';
import { createRuntime, type Runtime } from '../runtime/runtime.ts';
import type { Scope, Value } from '../runtime/value.ts';
import type { TemplateSource } from '../syntax/source.ts';

/** Generated code: gives a text, a value or a macro, or a promise of it. */
type Program = (rt: Runtime, source: TemplateSource, scope: Scope) => Value;

/** Code once for each of the sync and the async form, made when first asked for. */
export class Programs {
  readonly #source: TemplateSource;
  readonly #emit: (async: boolean) => string;
  readonly #made = new Map<boolean, Program>();

  constructor(source: TemplateSource, emit: (async: boolean) => string) {
    this.#source = source;
    this.#emit = emit;
  }

  run(scope: Scope, async: boolean, chains: boolean): Value {
    let program = this.#made.get(async);
    if (program === undefined) {
      program = compiled(this.#source, this.#emit(async));
      this.#made.set(async, program);
    }
    return program(runtime(async, chains), this.#source, scope);
  }
}

function compiled(source: TemplateSource, code: string): Program {
  try {
    return new Function('rt', 'source', 'scope', code) as Program;
  } catch (thrown) {
    // Reached by `break` in the `else` of a recursive loop only: everything else the parser lets through is valid.
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new JinjaError(source.fault('jinja/syntax', 0, `the template cannot be compiled: ${message}`), [], thrown);
  }
}

const RUNTIMES = new Map<string, Runtime>();

function runtime(async: boolean, chains: boolean): Runtime {
  const key = `${async} ${chains}`;
  let known = RUNTIMES.get(key);
  if (known === undefined) {
    known = createRuntime({ async, chains });
    RUNTIMES.set(key, known);
  }
  return known;
}
