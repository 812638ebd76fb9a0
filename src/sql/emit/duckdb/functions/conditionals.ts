import type { CallNode, Emissions } from '../emission.ts';
import { failure } from '../failure.ts';

/** GREATEST and LEAST are NULL if any value is, and NaN if any is; DuckDB leaves NULLs out and finds NaN large. */
const extreme = (name: string) => (args: readonly string[], node: CallNode) => {
  const all = args.join(', ');
  const nan = node.type.kind === 'FLOAT64' ? ` WHEN isnan(greatest(${all})) THEN CAST('nan' AS DOUBLE)` : '';
  return `CASE WHEN ${args.map((arg) => `${arg} IS NULL`).join(' OR ')} THEN NULL${nan} ELSE ${name}(${all}) END`;
};

export const CONDITIONALS: Emissions = {
  COALESCE: 'coalesce($*)',
  IF: 'CASE WHEN $1 THEN $2 ELSE $3 END',
  IFNULL: 'coalesce($1, $2)',
  NULLIF: 'nullif($1, $2)',
  NULLIFZERO: 'nullif($1, 0)',
  ZEROIFNULL: 'coalesce($1, 0)',
  IFERROR: 'CASE WHEN TRY(($1) IS NULL) IS NULL THEN $2 ELSE TRY($1) END',
  ISERROR: '(TRY(($1) IS NULL) IS NULL)',
  NULLIFERROR: 'TRY($1)',
  ERROR: (args, node) => failure(node.type, { sql: args[0] ?? '' }),
  GREATEST: extreme('greatest'),
  LEAST: extreme('least'),
  GENERATE_UUID: 'CAST(uuid() AS VARCHAR)',
  SESSION_USER: "getvariable('session_user')",
};
