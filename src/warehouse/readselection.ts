import { ArcosError } from '../base/errors.ts';
import type { ColumnInfo } from '../sql/catalog.ts';
import type { SqlType } from '../sql/type.ts';

/** Fields of a record that are wanted; none of them stands for all. */
type Wanted = Map<string, Wanted>;

/**
 * What a SELECT has to name for a reader of some fields: `id,address.city` gives the column `address` with nothing
 * but the city. Columns come in the table's order (BigQuery Storage API, TableReadOptions.selected_fields).
 * Throws INVALID for a field that is not there.
 */
export function readSelection(columns: readonly ColumnInfo[], fields: readonly string[]): string {
  if (fields.length === 0) return '*';
  const wanted: Wanted = new Map();
  for (const path of fields) {
    const names = path.split('.').map((name) => name.replaceAll('`', '').toLowerCase());
    if (!exists(columns, names)) throw unknown(path);
    let at = wanted;
    for (const [depth, name] of names.entries()) {
      const known = at.get(name);
      // Who wants the whole record wants its fields.
      if (known !== undefined && known.size === 0) break;
      if (depth === names.length - 1) at.set(name, new Map());
      else at.set(name, known ?? new Map());
      at = at.get(name) ?? new Map();
    }
  }
  return columns
    .flatMap(({ name, type }) => {
      const of = wanted.get(name.toLowerCase());
      return of === undefined ? [] : [`${part(`\`${name}\``, type, of, 0)} AS \`${name}\``];
    })
    .join(', ');
}

function exists(columns: readonly { readonly name?: string; readonly type: SqlType }[], names: readonly string[]) {
  let fields = columns;
  for (const name of names) {
    const found = fields.find((field) => field.name?.toLowerCase() === name);
    if (found === undefined) return false;
    const record = found.type.kind === 'ARRAY' ? found.type.element : found.type;
    fields = record.kind === 'STRUCT' ? record.fields : [];
  }
  return true;
}

function part(value: string, type: SqlType, wanted: Wanted, depth: number): string {
  if (wanted.size === 0) return value;
  if (type.kind === 'ARRAY') {
    const element = `_e${depth}`;
    const place = `_o${depth}`;
    const of = part(element, type.element, wanted, depth + 1);
    return `ARRAY(SELECT ${of} FROM UNNEST(${value}) AS ${element} WITH OFFSET AS ${place} ORDER BY ${place})`;
  }
  if (type.kind !== 'STRUCT') return value;
  const fields = type.fields.flatMap(({ name = '', type: of }) => {
    const inside = wanted.get(name.toLowerCase());
    return inside === undefined ? [] : [`${part(`${value}.\`${name}\``, of, inside, depth)} AS \`${name}\``];
  });
  return `IF(${value} IS NULL, NULL, STRUCT(${fields.join(', ')}))`;
}

function unknown(field: string): ArcosError {
  return new ArcosError('INVALID', `The following selected fields do not exist in the table schema: ${field}`, {
    data: { reason: 'invalid' },
  });
}
