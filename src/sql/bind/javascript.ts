import type { JavaScriptFunction, ScalarRoutine } from '../routine.ts';
import type { SqlType } from '../type.ts';

/** A JavaScript routine as an engine runs it. Equal routines have equal names. */
export function javascriptFunction(routine: ScalarRoutine): JavaScriptFunction {
  const { parameters, body } = routine;
  const names = parameters.map(({ name }) => name).join(', ');
  const values = parameters.map(({ type }, index) => argument(type?.kind, `values[${index}]`)).join(', ');
  const source = `(json) => {
  const values = JSON.parse(json);
  const result = (function (${names}) {
${body}
})(${values});
  return result === undefined || result === null ? null : JSON.stringify(result);
}`;
  return { name: `js_${hash(source)}`, source };
}

/** A parameter's value as the function gets it: dates are Dates. */
function argument(kind: SqlType['kind'] | undefined, value: string): string {
  return kind === 'DATE' || kind === 'TIMESTAMP' ? `${value} === null ? null : new Date(${value})` : value;
}

/** FNV-1a, 64 bits, in hexadecimal. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return value.toString(16).padStart(16, '0');
}
