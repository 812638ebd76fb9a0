import { ArcosError } from '../../base/errors.ts';
import { arrayOf, type SqlType } from '../../sql/type.ts';
import { scalarKind } from './schema.ts';

/** A type as routines have it (BigQuery REST reference, StandardSqlDataType). */
export interface StandardType {
  readonly typeKind?: string;
  readonly arrayElementType?: StandardType;
  readonly structType?: { readonly fields?: readonly { readonly name?: string; readonly type?: StandardType }[] };
  readonly rangeElementType?: StandardType;
}

export function toStandardType(type: SqlType): StandardType {
  switch (type.kind) {
    case 'ARRAY':
      return { typeKind: 'ARRAY', arrayElementType: toStandardType(type.element) };
    case 'RANGE':
      return { typeKind: 'RANGE', rangeElementType: toStandardType(type.element) };
    case 'STRUCT': {
      const fields = type.fields.map(({ name, type: of }) => ({
        ...(name === undefined ? {} : { name }),
        type: toStandardType(of),
      }));
      return { typeKind: 'STRUCT', structType: { fields } };
    }
    default:
      return { typeKind: type.kind };
  }
}

/** Throws INVALID for a type that there is not. */
export function fromStandardType({ typeKind = '', arrayElementType, structType }: StandardType): SqlType {
  if (typeKind === 'ARRAY' && arrayElementType !== undefined) return arrayOf(fromStandardType(arrayElementType));
  if (typeKind === 'STRUCT' && structType !== undefined) {
    const fields = (structType.fields ?? []).map(({ name, type = {} }) => ({
      ...(name === undefined ? {} : { name }),
      type: fromStandardType(type),
    }));
    return { kind: 'STRUCT', fields };
  }
  const kind = scalarKind(typeKind);
  if (kind !== undefined) return { kind };
  throw new ArcosError('INVALID', `There is no type ${typeKind === '' ? '(none)' : typeKind}`, {
    data: { reason: 'invalid' },
  });
}
