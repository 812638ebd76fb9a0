import type { Json, JsonObject } from '../../../src/base/json.ts';

export type FieldKind = 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'date' | 'datetime-local' | 'json';

/** One input of the form that a parameter schema makes. */
export interface FormField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly description?: string;
  readonly required: boolean;
  /** As the input shows it; empty without one. */
  readonly initial: string;
  readonly choices: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The inputs for a JSON Schema's properties (draft 2020-12), in its order. What has no input of its own is JSON. Pure. */
export function fieldsOf(schema: JsonObject, values: JsonObject): FormField[] {
  const properties = objectOf(schema['properties']);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).map(([name, of]) => {
    const property = objectOf(of);
    const { description, enum: choices, default: standard, minimum, maximum } = property;
    const kind = kindOf(property);
    const initial = values[name] ?? standard;
    return {
      name,
      kind,
      required: required.includes(name) && standard === undefined,
      initial: initial === undefined || initial === null ? '' : written(kind, initial),
      choices: Array.isArray(choices) ? choices.map(String) : [],
      ...(typeof description === 'string' ? { description } : {}),
      ...(isLimit(minimum) ? { minimum } : {}),
      ...(isLimit(maximum) ? { maximum } : {}),
    };
  });
}

/** What was entered, as parameters; what was left empty is left to the flow. Throws SyntaxError for JSON that is none. */
export function parametersOf(fields: readonly FormField[], entered: ReadonlyMap<string, string>): JsonObject {
  const parameters: Record<string, Json> = {};
  for (const { name, kind } of fields) {
    const text = entered.get(name) ?? '';
    if (kind === 'boolean') parameters[name] = text === 'true';
    else if (text !== '') parameters[name] = valueIn(kind, text);
  }
  return parameters;
}

function valueIn(kind: FieldKind, text: string): Json {
  switch (kind) {
    case 'integer':
    case 'number':
      return Number(text);
    case 'datetime-local':
      return new Date(text).toISOString();
    case 'json':
      return JSON.parse(text) as Json;
    default:
      return text;
  }
}

function kindOf(property: JsonObject): FieldKind {
  const { type, format, enum: choices } = property;
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === 'string')) return 'choice';
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  if (type !== 'string') return 'json';
  return format === 'date' ? 'date' : format === 'date-time' ? 'datetime-local' : 'text';
}

function written(kind: FieldKind, value: Json): string {
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'datetime-local') return String(value).slice(0, 16);
  return String(value);
}

/** Schemas say the limits of safe integers too, which tell people nothing. */
function isLimit(value: Json | undefined): value is number {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
