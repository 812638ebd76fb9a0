import { ArcosError } from '../../base/errors.ts';
import type { LiteralValue } from '../../sql/bound.ts';
import { arrayOf, type SqlType } from '../../sql/type.ts';
import { BadValue, scalarLiteral } from '../literal.ts';
import type { QueryParameter } from '../port.ts';
import { scalarKind } from './schema.ts';

/** A parameter as clients send it (BigQuery REST reference, QueryParameter). */
export interface ParameterBody {
  readonly name?: string | null;
  readonly parameterType?: TypeBody;
  readonly parameterValue?: ValueBody;
}

interface TypeBody {
  readonly type?: string;
  readonly arrayType?: TypeBody;
  readonly structTypes?: readonly { readonly name?: string; readonly type?: TypeBody }[];
  readonly rangeElementType?: TypeBody;
}

interface ValueBody {
  readonly value?: string | number | boolean | null;
  readonly arrayValues?: readonly ValueBody[];
  readonly structValues?: Readonly<Record<string, ValueBody>>;
  readonly rangeValue?: { readonly start?: ValueBody; readonly end?: ValueBody };
}

/** Throws INVALID for a type that there is not, and a value that is not of its type. */
export function fromParameters(
  parameters: readonly ParameterBody[],
  mode: string | undefined,
): readonly QueryParameter[] {
  return parameters.map(({ name, parameterType = {}, parameterValue = {} }, index) => {
    const label = name === undefined || name === null || name === '' ? undefined : name;
    if (mode?.toUpperCase() === 'NAMED' && label === undefined)
      throw invalid(`Query parameter ${index + 1} has no name`);
    const type = typeOf(parameterType);
    const path = label === undefined ? `parameter ${index + 1}` : `@${label}`;
    try {
      const value = literalFor(type, parameterValue, path);
      return { ...(label === undefined ? {} : { name: label }), type, value };
    } catch (error) {
      if (error instanceof BadValue) throw invalid(`${error.message} (${error.path})`);
      throw error;
    }
  });
}

function typeOf(body: TypeBody): SqlType {
  const name = (body.type ?? '').toUpperCase();
  if (name === 'ARRAY' && body.arrayType !== undefined) return arrayOf(typeOf(body.arrayType));
  if (name === 'STRUCT' && body.structTypes !== undefined) {
    const fields = body.structTypes.map((field) => ({
      ...(field.name === undefined || field.name === '' ? {} : { name: field.name }),
      type: typeOf(field.type ?? {}),
    }));
    return { kind: 'STRUCT', fields };
  }
  if (name === 'RANGE' && body.rangeElementType !== undefined) {
    const { kind } = typeOf(body.rangeElementType);
    if (kind === 'DATE' || kind === 'DATETIME' || kind === 'TIMESTAMP') return { kind: 'RANGE', element: { kind } };
  }
  const kind = scalarKind(name);
  if (kind === undefined) throw invalid(`Query parameters cannot have the type ${body.type ?? '(none)'}`);
  return { kind };
}

function literalFor(type: SqlType, body: ValueBody, path: string): LiteralValue {
  switch (type.kind) {
    case 'ARRAY':
      if (body.arrayValues === undefined) return body.value === null ? null : [];
      return body.arrayValues.map((element, index) => literalFor(type.element, element, `${path}[${index}]`));
    case 'STRUCT': {
      const { structValues } = body;
      if (structValues === undefined) return null;
      // Fields without names go by their order.
      const values = Object.values(structValues);
      return type.fields.map(({ name, type: of }, index) => {
        const value = name === undefined ? values[index] : structValues[name];
        return literalFor(of, value ?? {}, `${path}.${name ?? index}`);
      });
    }
    case 'RANGE': {
      const { start = {}, end = {} } = body.rangeValue ?? boundsOf(body.value);
      return [literalFor(type.element, start, `${path}.start`), literalFor(type.element, end, `${path}.end`)];
    }
    default:
      return body.value === undefined || body.value === null ? null : scalarLiteral(type, String(body.value), path);
  }
}

/** `[2024-01-01, UNBOUNDED)` */
function boundsOf(value: ValueBody['value']): { start?: ValueBody; end?: ValueBody } {
  const [, start, end] = /^\[\s*(.*?)\s*,\s*(.*?)\s*\)$/.exec(String(value ?? '')) ?? [];
  const bound = (text: string | undefined): ValueBody => ({
    value: text === undefined || /^(unbounded|null)$/i.test(text) ? null : text,
  });
  return { start: bound(start), end: bound(end) };
}

/** Parameters as this process's client sends them. */
export function toParameters(parameters: readonly QueryParameter[]): ParameterBody[] {
  return parameters.map(({ name, type, value }) => ({
    ...(name === undefined ? {} : { name }),
    parameterType: toType(type),
    parameterValue: toValue(type, value),
  }));
}

function toType(type: SqlType): TypeBody {
  switch (type.kind) {
    case 'ARRAY':
      return { type: 'ARRAY', arrayType: toType(type.element) };
    case 'STRUCT': {
      const fields = type.fields.map(({ name = '', type: of }) => ({ name, type: toType(of) }));
      return { type: 'STRUCT', structTypes: fields };
    }
    case 'RANGE':
      return { type: 'RANGE', rangeElementType: toType(type.element) };
    default:
      return { type: type.kind };
  }
}

function toValue(type: SqlType, value: LiteralValue): ValueBody {
  if (value === null) return { value: null };
  const members = Array.isArray(value) ? (value as readonly LiteralValue[]) : [];
  switch (type.kind) {
    case 'ARRAY':
      return { arrayValues: members.map((element) => toValue(type.element, element)) };
    case 'STRUCT': {
      const values = type.fields.map(({ name, type: of }, index) => [
        name ?? `_${index}`,
        toValue(of, members[index] ?? null),
      ]);
      return { structValues: Object.fromEntries(values) as Record<string, ValueBody> };
    }
    case 'RANGE': {
      const [start = null, end = null] = members;
      return { rangeValue: { start: toValue(type.element, start), end: toValue(type.element, end) } };
    }
    case 'BYTES':
      return { value: Buffer.from(String(value), 'latin1').toString('base64') };
    case 'INTERVAL':
      return { value: intervalText(String(value)) };
    default:
      return { value: String(value) };
  }
}

/** Months, days and microseconds as `Y-M D H:M:S.F`. */
function intervalText(value: string): string {
  const [months = '0', days = '0', micros = '0'] = value.split(' ');
  const month = Math.abs(Number(months));
  const time = BigInt(micros.replace('-', ''));
  const seconds = Number(time / 1_000_000n);
  const clock = `${Math.floor(seconds / 3600)}:${Math.floor(seconds / 60) % 60}:${seconds % 60}`;
  const fraction = String(time % 1_000_000n).padStart(6, '0');
  const [sign, minus] = [months, micros].map((text) => (text.startsWith('-') ? '-' : ''));
  return `${sign}${Math.floor(month / 12)}-${month % 12} ${days} ${minus}${clock}.${fraction}`;
}

function invalid(message: string): ArcosError {
  return new ArcosError('INVALID', message, { data: { reason: 'invalidQuery', location: 'query' } });
}
