import type { StructType } from '../../type.ts';

/** A name in DuckDB's quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in DuckDB's quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** DuckDB's fields must have names, and different ones in any case: those without, or with another's, are numbered. */
export function fieldName(type: StructType, index: number): string {
  const name = type.fields[index]?.name;
  const taken = type.fields.slice(0, index).some((field) => field.name?.toLowerCase() === name?.toLowerCase());
  return name === undefined || name === '' || taken ? `_field_${index + 1}` : name;
}
