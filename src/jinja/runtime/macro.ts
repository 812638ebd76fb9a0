import { nearest } from '../../base/nearest.ts';
import { RuntimeFault, typeFault } from '../error.ts';
import { dictOf } from './dict.ts';
import { type Callable, callable, type Positional, Tuple, Undefined, type Value } from './value.ts';

/** What the emitter says of a macro. */
export interface MacroShape {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly varargs?: boolean;
  readonly kwargs?: boolean;
  readonly caller?: boolean;
}

/** A macro's arguments by position; `undefined` where none was given. */
export type Bound = Value[] & { varargs?: Value; kwargs?: Value; caller?: Value };

/** Thrown by `return(value)`, caught by the macro around it. No Error: it needs no stack. */
export class MacroReturn {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** dbt's `return`: ends the macro with a value of any type. */
export const RETURN: Callable = callable('return', ([value = null]) => {
  throw new MacroReturn(value);
});

/** A macro as a value (Jinja, Macro): unknown arguments are faults unless the body uses varargs or kwargs. */
export function macro(shape: MacroShape, body: (bound: Bound) => Value | Promise<Value>): Callable {
  const { name, parameters } = shape;
  const call: Callable = (positional, keywords) => {
    const bound: Bound = positional.slice(0, parameters.length);
    const extra: [string, Value][] = [];
    for (const [key, value] of Object.entries(keywords)) {
      const index = parameters.indexOf(key);
      if (index < 0) {
        if (key === 'caller' && shape.caller === true) bound.caller = value;
        else extra.push([key, value]);
      } else if (index < positional.length) {
        throw typeFault(`macro '${name}' got two values for its parameter '${key}'`);
      } else {
        bound[index] = value;
      }
    }
    bound.varargs = varargs(shape, positional);
    if (shape.kwargs === true) bound.kwargs = dictOf(extra);
    else if (extra.length > 0) throw unknownKeyword(shape, extra);
    if (shape.caller === true) bound.caller ??= new Undefined('No caller defined', `Call '${name}' with {% call %}.`);
    return entered(() => body(bound));
  };
  return callable(name, call, { arguments: Tuple.copy(parameters) });
}

/** About what Python's recursion limit lets through, and far from the end of the JavaScript stack. */
const DEEPEST = 250;
let depth = 0;

/** Counts the macros on the stack: one that calls itself for ever is a fault, not the end of the process. */
function entered(run: () => Value | Promise<Value>): Value | Promise<Value> {
  if (depth >= DEEPEST) {
    const hint = 'A macro that calls itself needs a case in which it does not.';
    throw new RuntimeFault('jinja/recursion', 'macros call each other too deeply', hint);
  }
  depth++;
  try {
    return run();
  } finally {
    depth--;
  }
}

function varargs({ name, parameters, varargs: takes }: MacroShape, positional: Positional): Value {
  if (takes === true) return Tuple.copy(positional.slice(parameters.length));
  if (positional.length <= parameters.length) return undefined;
  throw typeFault(`macro '${name}' takes not more than ${parameters.length} argument(s) (${positional.length} given)`);
}

function unknownKeyword({ name, parameters }: MacroShape, extra: readonly [string, Value][]): unknown {
  const [key = ''] = extra[0] ?? [];
  if (key === 'caller') {
    return typeFault(`macro '${name}' does not use caller()`, 'Call it with {{ }} instead of {% call %}.');
  }
  const known = nearest(key, parameters);
  const hint = known === undefined ? undefined : `Did you mean '${known}'?`;
  return typeFault(`macro '${name}' takes no keyword argument '${key}'`, hint);
}

/** The value of a parameter nothing was given for. */
export function missing(parameter: string, chains: boolean): Undefined {
  return new Undefined(`parameter '${parameter}' was not provided`, undefined, chains);
}
