import { ARRAYS } from './macros/arrays.ts';
import { JSON_MACROS } from './macros/json.ts';
import type { Macro } from './macros/macro.ts';
import { NUMBERS } from './macros/numbers.ts';
import { SPATIAL } from './macros/spatial.ts';
import { STRINGS } from './macros/strings.ts';
import { TEXTS } from './macros/texts.ts';
import { TIMES } from './macros/times.ts';
import { ZONES } from './macros/zones.ts';

const create = ([name, parameters, body]: Macro): string => `CREATE OR REPLACE MACRO ${name}(${parameters}) AS ${body}`;

const MACROS: readonly Macro[] = [
  ...ZONES,
  ...TEXTS,
  ...NUMBERS,
  ...STRINGS,
  ...ARRAYS,
  ...TIMES,
  ...JSON_MACROS,
  ...SPATIAL,
];

/**
 * Run once on every engine, in order (a macro may use those before it), after its functions are registered: macros that
 * every connection has. Those over GEOMETRY need the spatial extension.
 */
export const PRELUDE: readonly string[] = MACROS.map(create);

/** Names of macros with a lambda, in themselves or in a macro they use. */
export const MACROS_WITH_LAMBDA: ReadonlySet<string> = MACROS.reduce((found, [name, , body]) => {
  const used = body.match(/\bbq_\w+/g)?.some((other) => found.has(other)) === true;
  return used || body.includes('lambda ') ? found.add(name) : found;
}, new Set<string>());
