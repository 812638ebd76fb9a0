import { typeName } from '../../../type.ts';
import { emitTry } from '../aside.ts';
import type { CallNode, Emissions } from '../emission.ts';
import { emitExpression } from '../expression.ts';
import { failure } from '../failure.ts';
import { quoteText } from '../name.ts';

/** GREATEST and LEAST are NULL if any value is, and NaN if any is; DuckDB leaves NULLs out and finds NaN large. */
const extreme = (name: string) => (args: readonly string[], node: CallNode) => {
  const all = args.join(', ');
  const nan = node.type.kind === 'FLOAT64' ? ` WHEN isnan(greatest(${all})) THEN CAST('nan' AS DOUBLE)` : '';
  return `CASE WHEN ${args.map((arg) => `${arg} IS NULL`).join(' OR ')} THEN NULL${nan} ELSE ${name}(${all}) END`;
};

/** TRY says NULL for an error; whether a value is NULL is either, but never NULL. */
function isError({ arguments: [value] }: CallNode): string {
  return value === undefined ? 'NULL' : emitTry(value, emitExpression, (text) => `(TRY((${text}) IS NULL) IS NULL)`);
}

function valueUnlessError({ arguments: [value] }: CallNode): string {
  return value === undefined ? 'NULL' : emitTry(value, emitExpression, (text) => `TRY(${text})`);
}

function ifError(args: readonly string[], node: CallNode): string {
  return `CASE WHEN ${isError(node)} THEN ${args[1]} ELSE ${valueUnlessError(node)} END`;
}

export const CONDITIONALS: Emissions = {
  COALESCE: 'coalesce($*)',
  IF: 'CASE WHEN $1 THEN $2 ELSE $3 END',
  IFNULL: 'coalesce($1, $2)',
  NULLIF: 'nullif($1, $2)',
  NULLIFZERO: 'nullif($1, 0)',
  ZEROIFNULL: 'coalesce($1, 0)',
  IFERROR: ifError,
  ISERROR: (_args, node) => isError(node),
  NULLIFERROR: (_args, node) => valueUnlessError(node),
  ERROR: (args, node) => failure(node.type, { sql: args[0] ?? '' }),
  GREATEST: extreme('greatest'),
  LEAST: extreme('least'),
  GENERATE_UUID: 'CAST(uuid() AS VARCHAR)',
  TYPEOF: (_args, { arguments: [value] }) => quoteText(value === undefined ? '' : typeName(value.type)),
  SESSION_USER: "getvariable('session_user')",
};
