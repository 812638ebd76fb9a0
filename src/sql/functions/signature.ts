import { type Coercible, castable, coercionCost, supertype } from '../bind/coercion.ts';
import { arrayOf, type ScalarName, type SqlType } from '../type.ts';

/**
 * Function signatures as they are documented, read from text once:
 * `STRING, INT64, [INT64] -> STRING`, `T, T... -> T`, `ARRAY<T>, INT64 -> T`, `DATE, INT64, PART -> DATE`,
 * `STRING, [oriented => BOOL] -> GEOGRAPHY`, `ANY -> STRING`, `T -> STRUCT<value T>`. Alternatives are separated by `|`.
 */
export interface Signature {
  readonly parameters: readonly Parameter[];
  readonly result: TypePattern;
  readonly text: string;
}

export interface Parameter {
  readonly pattern: TypePattern;
  readonly optional: boolean;
  /** One may be repeated; behind it stand only those that are given by name. */
  readonly repeated: boolean;
  readonly name?: string;
}

export type TypePattern =
  | { readonly kind: 'type'; readonly type: SqlType }
  /** One type for all occurrences of the letter. */
  | { readonly kind: 'template'; readonly letter: string }
  | { readonly kind: 'array'; readonly element: TypePattern }
  | { readonly kind: 'range'; readonly element: TypePattern }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly type: TypePattern }[] }
  | { readonly kind: 'any' }
  /** Whatever CAST makes this type of. */
  | { readonly kind: 'cast'; readonly type: SqlType }
  | { readonly kind: 'part' }
  | { readonly kind: 'lambda'; readonly parameters: readonly TypePattern[]; readonly result: TypePattern };

export function parseSignatures(text: string): Signature[] {
  return text.split('|').map((alternative) => {
    const trimmed = alternative.trim();
    const arrow = trimmed.lastIndexOf('->');
    return {
      parameters: splitTop(trimmed.slice(0, arrow)).map(parseParameter),
      result: parsePattern(trimmed.slice(arrow + 2)),
      text: trimmed
        .slice(0, arrow)
        .trim()
        .replace(/CAST<(\w+)>/g, '$1'),
    };
  });
}

/** Splits at commas outside of brackets. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const [index, character] of [...text].entries()) {
    const closesArrow = character === '>' && (text[index - 1] === '=' || text[index - 1] === '-');
    if ('<[('.includes(character)) depth++;
    if (']>)'.includes(character) && !closesArrow) depth--;
    if (character === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else {
      current += character;
    }
  }
  if (current.trim() !== '') parts.push(current);
  return parts;
}

function parseParameter(text: string): Parameter {
  let rest = text.trim();
  const optional = rest.startsWith('[');
  if (optional) rest = rest.slice(1, -1).trim();
  const repeated = rest.endsWith('...');
  if (repeated) rest = rest.slice(0, -3).trim();
  const named = /^(\w+) => (.*)$/.exec(rest);
  const pattern = parsePattern(named?.[2] ?? rest);
  return { pattern, optional, repeated, ...(named?.[1] === undefined ? {} : { name: named[1] }) };
}

function parsePattern(text: string): TypePattern {
  const trimmed = text.trim();
  const generic = /^(ARRAY|RANGE)<(.*)>$/.exec(trimmed);
  if (generic?.[2] !== undefined) {
    return { kind: generic[1] === 'ARRAY' ? 'array' : 'range', element: parsePattern(generic[2]) };
  }
  const cast = /^CAST<(.*)>$/.exec(trimmed);
  if (cast?.[1] !== undefined) return { kind: 'cast', type: { kind: cast[1] as ScalarName } };
  const struct = /^STRUCT<(.*)>$/.exec(trimmed);
  if (struct?.[1] !== undefined) {
    const fields = splitTop(struct[1]).map((field) => {
      const [name = '', ...type] = field.trim().split(' ');
      return { name, type: parsePattern(type.join(' ')) };
    });
    return { kind: 'struct', fields };
  }
  const lambda = /^\((.*) -> (.*)\)$/.exec(trimmed);
  if (lambda?.[1] !== undefined && lambda[2] !== undefined) {
    return { kind: 'lambda', parameters: splitTop(lambda[1]).map(parsePattern), result: parsePattern(lambda[2]) };
  }
  if (trimmed === 'ANY') return { kind: 'any' };
  if (trimmed === 'PART') return { kind: 'part' };
  if (/^[A-Z]\d?$/.test(trimmed)) return { kind: 'template', letter: trimmed };
  return { kind: 'type', type: { kind: trimmed as ScalarName } };
}

/** An argument as matching sees it; a date part is told apart from values. */
export type MatchArgument = ((Coercible & { readonly part?: false }) | { readonly part: true }) & {
  /** Of an argument that is given by name and belongs behind repeated ones. */
  readonly named?: string;
};

export interface Match {
  readonly signature: Signature;
  /** Type each argument is to have; undefined for date parts and arguments of any type. */
  readonly types: readonly (SqlType | undefined)[];
  readonly result: SqlType;
  readonly cost: number;
}

/** The nearest signature that takes the arguments; earlier ones win ties. */
export function matchSignature(signatures: readonly Signature[], args: readonly MatchArgument[]): Match | undefined {
  let best: Match | undefined;
  for (const signature of signatures) {
    const match = matchOne(signature, args);
    if (match !== undefined && match.cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = match;
  }
  return best;
}

/** The parameter that the argument at `index` is for. */
export function parameterAt(signature: Signature, index: number): Parameter | undefined {
  const repeated = signature.parameters.findIndex((parameter) => parameter.repeated);
  return signature.parameters[repeated >= 0 && index > repeated ? repeated : index];
}

function parameterOf(signature: Signature, arg: MatchArgument, index: number): Parameter | undefined {
  if (arg.named === undefined) return parameterAt(signature, index);
  return signature.parameters.find(({ name }) => name === arg.named);
}

function matchOne(signature: Signature, args: readonly MatchArgument[]): Match | undefined {
  const required = signature.parameters.filter((parameter) => !parameter.optional && !parameter.repeated).length;
  if (args.length < required) return undefined;
  const templates = bindTemplates(signature, args);
  if (templates === undefined) return undefined;
  const types: (SqlType | undefined)[] = [];
  let cost = 0;
  for (const [index, arg] of args.entries()) {
    const pattern = parameterOf(signature, arg, index)?.pattern;
    if (pattern === undefined || (pattern.kind === 'part') !== (arg.part === true)) return undefined;
    if (arg.part === true || pattern.kind === 'any') {
      types.push(undefined);
      continue;
    }
    const type = pattern.kind === 'cast' ? pattern.type : instantiate(pattern, templates);
    const one = type === undefined ? undefined : distanceTo(pattern, arg, type);
    if (type === undefined || one === undefined) return undefined;
    types.push(type);
    cost += one;
  }
  const result = instantiate(signature.result, templates);
  return result === undefined ? undefined : { signature, types, result, cost };
}

/** An explicit conversion is further than any implicit one. */
const PER_CAST = 1_000_000_000;

function distanceTo(pattern: TypePattern, arg: Coercible, type: SqlType): number | undefined {
  const implicit = coercionCost(arg, type);
  if (implicit !== undefined || pattern.kind !== 'cast') return implicit;
  // Bytes are no text, though CAST reads them as such.
  return arg.type.kind !== 'BYTES' && castable(arg.type, type) ? PER_CAST : undefined;
}

type Templates = ReadonlyMap<string, SqlType>;

/** The type of each template letter: the supertype of all arguments that stand for it. */
function bindTemplates(signature: Signature, args: readonly MatchArgument[]): Templates | undefined {
  const samples = new Map<string, Coercible[]>();
  for (const [index, arg] of args.entries()) {
    const pattern = parameterOf(signature, arg, index)?.pattern;
    if (pattern === undefined) return undefined;
    if (arg.part !== true) collect(pattern, arg, samples);
  }
  const templates = new Map<string, SqlType>();
  for (const [letter, items] of samples) {
    const type = supertype(items);
    if (type === undefined) return undefined;
    templates.set(letter, type);
  }
  return templates;
}

function collect(pattern: TypePattern, item: Coercible, samples: Map<string, Coercible[]>): void {
  if (pattern.kind === 'template') {
    samples.set(pattern.letter, [...(samples.get(pattern.letter) ?? []), item]);
  } else if (pattern.kind === 'struct') {
    const { type } = item;
    if (type.kind !== 'STRUCT') return;
    for (const [index, field] of pattern.fields.entries()) {
      const member = type.fields[index];
      if (member !== undefined) collect(field.type, { ...item, type: member.type }, samples);
    }
  } else if (pattern.kind === 'array' || pattern.kind === 'range') {
    const { type } = item;
    const wanted = pattern.kind === 'array' ? 'ARRAY' : 'RANGE';
    if ((type.kind === 'ARRAY' || type.kind === 'RANGE') && type.kind === wanted) {
      collect(pattern.element, { ...item, type: type.element }, samples);
    } else if (item.untyped) {
      collect(pattern.element, item, samples);
    }
  }
}

function instantiate(pattern: TypePattern, templates: Templates): SqlType | undefined {
  switch (pattern.kind) {
    case 'type':
      return pattern.type;
    case 'template':
      return templates.get(pattern.letter);
    case 'array': {
      const element = instantiate(pattern.element, templates);
      return element === undefined ? undefined : arrayOf(element);
    }
    case 'range': {
      const element = instantiate(pattern.element, templates);
      if (element?.kind !== 'DATE' && element?.kind !== 'DATETIME' && element?.kind !== 'TIMESTAMP') return undefined;
      return { kind: 'RANGE', element: { kind: element.kind } };
    }
    case 'struct': {
      const fields = pattern.fields.map(({ name, type }) => ({ name, type: instantiate(type, templates) }));
      const known = fields.filter((field): field is { name: string; type: SqlType } => field.type !== undefined);
      return known.length === fields.length ? { kind: 'STRUCT', fields: known } : undefined;
    }
    default:
      return undefined;
  }
}
