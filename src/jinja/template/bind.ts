import { typeFault } from '../error.ts';
import { type Callable, callable, isCallable, type Scope, Tuple, type Value } from '../runtime/value.ts';
import { Macro } from './macro.ts';
import type { MacroDefinition } from './template.ts';

/** The macro as a callable; what its file's top level sets is evaluated anew at each call, as in dbt. */
export function bind(definition: MacroDefinition, scope: Scope, async: boolean, chains: boolean): Callable {
  if (!(definition instanceof Macro)) throw new TypeError('A macro to bind comes from parseTemplate');
  const macro = definition;
  let constant: Value;
  const call: Callable = (positional, keywords) => {
    const made = constant ?? macro.programs.run(scope, async, chains);
    if (constant === undefined && macro.isConstant) constant = made;
    const enter = (value: Value): Value => {
      if (!isCallable(value)) throw typeFault(`'${macro.name}' is not callable`);
      return value(positional, keywords);
    };
    return made instanceof Promise ? made.then(enter) : enter(made);
  };
  return callable(macro.name, call, { arguments: Tuple.copy(macro.parameters) });
}
