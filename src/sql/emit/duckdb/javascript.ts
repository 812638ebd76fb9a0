import type { BoundExpression } from '../../bound.ts';
import type { SqlType } from '../../type.ts';
import { emitCast } from './cast.ts';
import { emitExpression } from './expression.ts';
import { toJson } from './functions/json.ts';
import { duckdbType } from './type.ts';

/** A call of a user's JavaScript: arguments go in as the text of a JSON array, the result comes back as JSON text. */
export function emitJavaScript(node: Extract<BoundExpression, { kind: 'javascript' }>): string {
  const args = node.arguments.map((arg) => toJson(emitExpression(arg), arg.type, 'script'));
  const call = `${node.function.name}(CAST(json_array(${args.join(', ')}) AS VARCHAR))`;
  return decoded(`CAST(${call} AS JSON)`, node.type);
}

/** A value of a type out of JSON (GoogleSQL, User-defined functions, Supported JavaScript UDF data types). */
function decoded(json: string, type: SqlType): string {
  const text = `json_extract_string(${json}, '$')`;
  switch (type.kind) {
    case 'JSON':
      return json;
    case 'STRING':
      return text;
    case 'BYTES':
      return `from_base64(${text})`;
    case 'ARRAY':
    case 'STRUCT':
    case 'RANGE':
      return `CAST(${json} AS ${duckdbType(type)})`;
    case 'DATE':
      // A Date is written with its time of day.
      return emitCast(`left(${text}, 10)`, { kind: 'STRING' }, type, false);
    default:
      return emitCast(text, { kind: 'STRING' }, type, false);
  }
}
