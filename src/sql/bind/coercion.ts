import { type ScalarName, type SqlType, type StructField, sameType } from '../type.ts';

/**
 * Implicit conversions between types (GoogleSQL, Conversion rules). An expression coerces along
 * `COERCIONS`; a literal or query parameter also along `LITERAL_COERCIONS`.
 */
const COERCIONS: Partial<Record<ScalarName, readonly ScalarName[]>> = {
  // A function of real numbers that is given integers gives a FLOAT64, so that is the nearest.
  INT64: ['FLOAT64', 'NUMERIC', 'BIGNUMERIC'],
  NUMERIC: ['BIGNUMERIC', 'FLOAT64'],
  BIGNUMERIC: ['FLOAT64'],
  DATE: ['DATETIME'],
};

const LITERAL_COERCIONS: Partial<Record<ScalarName, readonly ScalarName[]>> = {
  STRING: ['DATE', 'DATETIME', 'TIME', 'TIMESTAMP'],
  FLOAT64: ['NUMERIC', 'BIGNUMERIC'],
};

/** What there is to know of an expression when it is to become another type. */
export interface Coercible {
  readonly type: SqlType;
  /** A constant or parameter, which converts more freely. */
  readonly literal: boolean;
  /** NULL or [], which can be of any type that fits. */
  readonly untyped: boolean;
}

/** Converting a literal is nearer than converting anything else, and fewer conversions nearer than small ones. */
const PER_COLUMN = 1_000_000;
const PER_LITERAL = 1_000;

/**
 * How far apart an expression and a type are: 0 the same type; undefined when there is no implicit way.
 * Distances of several arguments may be added and compared.
 */
export function coercionCost(from: Coercible, to: SqlType): number | undefined {
  if (from.untyped && (from.type.kind !== 'ARRAY' || to.kind === 'ARRAY')) return 0;
  const steps = distance(from.type, to, from.literal);
  if (steps === undefined || steps === 0) return steps;
  return steps + (from.literal ? PER_LITERAL : PER_COLUMN);
}

function distance(from: SqlType, to: SqlType, literal: boolean): number | undefined {
  if (sameType(from, to)) return 0;
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    if (from.fields.length !== to.fields.length) return undefined;
    let total = 0;
    for (const [index, field] of from.fields.entries()) {
      const target = to.fields[index];
      const one = target === undefined ? undefined : distance(field.type, target.type, literal);
      if (one === undefined) return undefined;
      total += one;
    }
    return total;
  }
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    return literal ? distance(from.element, to.element, literal) : undefined;
  }
  if (!isScalarName(from.kind) || !isScalarName(to.kind)) return undefined;
  const direct = COERCIONS[from.kind]?.indexOf(to.kind) ?? -1;
  if (direct >= 0) return direct + 1;
  const free = literal ? (LITERAL_COERCIONS[from.kind]?.indexOf(to.kind) ?? -1) : -1;
  return free >= 0 ? free + 5 : undefined;
}

function isScalarName(kind: SqlType['kind']): kind is ScalarName {
  return kind !== 'ARRAY' && kind !== 'STRUCT' && kind !== 'RANGE';
}

/**
 * The one type all of these become side by side, in CASE, UNION and the like (GoogleSQL, Conversion
 * rules, Supertypes): the nearest type that each coerces to. Untyped ones follow the others; INT64 when
 * all are.
 */
export function supertype(items: readonly Coercible[]): SqlType | undefined {
  const typed = items.filter((item) => !item.untyped);
  if (typed.length === 0) return items[0]?.type;
  const candidates = new Map<string, SqlType>();
  for (const item of typed) {
    for (const type of widened(item.type)) {
      const key = JSON.stringify(shape(type));
      if (!candidates.has(key)) candidates.set(key, type);
    }
  }
  let best: { type: SqlType; total: number } | undefined;
  for (const type of candidates.values()) {
    let total = 0;
    for (const item of typed) {
      const one = coercionCost(item, type);
      total = one === undefined ? Number.POSITIVE_INFINITY : total + one;
    }
    if (total < (best?.total ?? Number.POSITIVE_INFINITY)) best = { type, total };
  }
  const type = best?.type ?? structSupertype(typed);
  const [first] = typed;
  return type === undefined || first === undefined ? type : withNames(type, first.type);
}

/** A type with the names that the fields of another of its shape have. */
function withNames(type: SqlType, like: SqlType): SqlType {
  if (type.kind === 'ARRAY' && like.kind === 'ARRAY')
    return { ...type, element: withNames(type.element, like.element) };
  if (type.kind !== 'STRUCT' || like.kind !== 'STRUCT') return type;
  const fields = type.fields.map((field, index): StructField => {
    const { name, type: of } = like.fields[index] ?? field;
    return { ...(name === undefined ? {} : { name }), type: withNames(field.type, of) };
  });
  return { kind: 'STRUCT', fields };
}

/** Structs of one length meet field by field. */
function structSupertype(items: readonly Coercible[]): SqlType | undefined {
  const [first] = items;
  if (first?.type.kind !== 'STRUCT') return undefined;
  const fields = first.type.fields.map((field, index) => {
    const column = items.map(({ type, literal }) => {
      const member = type.kind === 'STRUCT' ? type.fields[index] : undefined;
      return member === undefined ? undefined : { type: member.type, literal, untyped: false };
    });
    const known = column.filter((member) => member !== undefined);
    const type = known.length === items.length ? supertype(known) : undefined;
    return type === undefined ? undefined : { ...field, type };
  });
  const found = fields.filter((field) => field !== undefined);
  return found.length === first.type.fields.length ? { kind: 'STRUCT', fields: found } : undefined;
}

function widened(type: SqlType): SqlType[] {
  if (!isScalarName(type.kind)) return [type];
  return [type, ...(COERCIONS[type.kind] ?? []).map((kind): SqlType => ({ kind }))];
}

function shape(type: SqlType): unknown {
  if (type.kind === 'STRUCT') return type.fields.map((field) => shape(field.type));
  if (type.kind === 'ARRAY' || type.kind === 'RANGE') return [type.kind, shape(type.element)];
  return type.kind;
}

/** What may be cast to what (GoogleSQL, Conversion functions, CAST). */
const CASTS: Readonly<Record<ScalarName, readonly ScalarName[]>> = {
  INT64: ['BOOL', 'NUMERIC', 'BIGNUMERIC', 'FLOAT64', 'STRING'],
  NUMERIC: ['INT64', 'BIGNUMERIC', 'FLOAT64', 'STRING'],
  BIGNUMERIC: ['INT64', 'NUMERIC', 'FLOAT64', 'STRING'],
  FLOAT64: ['INT64', 'NUMERIC', 'BIGNUMERIC', 'STRING'],
  BOOL: ['INT64', 'STRING'],
  STRING: [
    ...(['INT64', 'NUMERIC', 'BIGNUMERIC', 'FLOAT64', 'BOOL', 'BYTES', 'DATE', 'DATETIME', 'TIME'] as const),
    ...(['TIMESTAMP', 'INTERVAL'] as const),
  ],
  BYTES: ['STRING'],
  DATE: ['STRING', 'DATETIME', 'TIMESTAMP'],
  DATETIME: ['STRING', 'DATE', 'TIME', 'TIMESTAMP'],
  TIME: ['STRING'],
  TIMESTAMP: ['STRING', 'DATE', 'DATETIME', 'TIME'],
  INTERVAL: ['STRING'],
  JSON: [],
  GEOGRAPHY: [],
};

/** Whether CAST can make one type of another. */
export function castable(from: SqlType, to: SqlType): boolean {
  if (sameType(from, to)) return true;
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    return (
      from.fields.length === to.fields.length &&
      from.fields.every((field, index) => castable(field.type, to.fields[index]?.type ?? field.type))
    );
  }
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return castable(from.element, to.element);
  if (from.kind === 'RANGE' || to.kind === 'RANGE') return from.kind === 'STRING' || to.kind === 'STRING';
  if (from.kind === 'ARRAY' || from.kind === 'STRUCT' || to.kind === 'ARRAY' || to.kind === 'STRUCT') return false;
  return CASTS[from.kind].includes(to.kind);
}
