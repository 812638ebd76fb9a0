import { ArcosError } from '../src/base/errors.ts';
import { bind } from '../src/sql/bind.ts';
import type { Catalog } from '../src/sql/catalog.ts';
import { emitQuery } from '../src/sql/duckdb.ts';
import { parseScript } from '../src/sql/parse.ts';

/** A query of GoogleSQL as SQL of DuckDB: parsed, bound and emitted. Throws INVALID for one with faults. */
export function translate(text: string, catalog: Catalog, dataset?: string): string {
  const { script, faults } = parseScript(text);
  const [statement] = script.statements;
  if (statement === undefined) throw new ArcosError('INVALID', faults[0]?.message ?? 'There is no statement');
  const defaults = { project: 'rio', ...(dataset === undefined ? {} : { dataset }) };
  const { bound, faults: found } = bind(text, statement, catalog, { defaults });
  if (bound?.kind !== 'query') throw new ArcosError('INVALID', found[0]?.message ?? 'Not a query');
  return emitQuery(bound.query);
}
