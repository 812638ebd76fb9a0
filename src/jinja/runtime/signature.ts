import { nearest } from '../../base/nearest.ts';
import { typeFault } from '../error.ts';
import type { Keywords, Positional, Value } from './value.ts';

/**
 * A function of Python's that templates call by position or name. `call` gets its arguments in the order of `parameters`,
 * `undefined` for one that was left out; of a function with `rest`, what is beyond them as its last argument.
 */
export interface Native {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly required: number;
  readonly rest: boolean;
  readonly call: (...values: Value[]) => Value;
}

/** What a function with `rest` gets beyond its parameters. */
export interface Rest {
  readonly positional: Positional;
  readonly keywords: Keywords;
}

/** `signature` reads like Python's: `old new count?`, with `*` at its end for a function that takes any more. */
export function native(name: string, signature: string, call: (...values: never[]) => Value): Native {
  const words = signature.split(' ').filter((word) => word !== '' && word !== '*');
  return {
    name,
    parameters: words.map((word) => word.replace('?', '')),
    required: words.filter((word) => !word.endsWith('?')).length,
    rest: signature.endsWith('*'),
    call: call as (...values: Value[]) => Value,
  };
}

/** A table of natives by name. */
export function natives(
  entries: Readonly<Record<string, readonly [string, (...values: never[]) => Value]>>,
): ReadonlyMap<string, Native> {
  return new Map(Object.entries(entries).map(([name, [signature, call]]) => [name, native(name, signature, call)]));
}

const NONE: Keywords = Object.freeze({});

/** Calls it with `first` before the arguments: the object of a method, the value of a filter. */
export function callNative(
  of: Native,
  first: readonly Value[],
  positional: Positional,
  keywords: Keywords = NONE,
): Value {
  const values: Value[] = [...first];
  for (const [index, parameter] of of.parameters.entries()) {
    const isNamed = Object.hasOwn(keywords, parameter);
    if (index < positional.length) {
      if (isNamed) throw typeFault(`${of.name}() got multiple values for argument '${parameter}'`);
      values.push(positional[index]);
    } else if (isNamed) {
      values.push(keywords[parameter]);
    } else if (index < of.required) {
      throw typeFault(`${of.name}() missing required argument: '${parameter}'`);
    } else {
      values.push(undefined);
    }
  }
  const unknown = Object.keys(keywords).filter((name) => !of.parameters.includes(name));
  if (of.rest) {
    const rest: Rest = {
      positional: positional.slice(of.parameters.length),
      keywords: Object.fromEntries(unknown.map((name) => [name, keywords[name]])),
    };
    return of.call(...values, rest);
  }
  if (positional.length > of.parameters.length) {
    throw typeFault(`${of.name}() takes at most ${of.parameters.length} argument(s) (${positional.length} given)`);
  }
  const [first_] = unknown;
  if (first_ !== undefined) {
    const known = nearest(first_, of.parameters);
    const hint = known === undefined ? undefined : `Did you mean '${known}'?`;
    throw typeFault(`${of.name}() got an unexpected keyword argument '${first_}'`, hint);
  }
  return of.call(...values);
}
