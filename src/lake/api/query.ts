import { ArcosError } from '../../base/errors.ts';
import type { Conditions } from '../conditions.ts';
import type { VersionRef } from '../object.ts';

/** Parameters of a query as Fastify gives them: text, or a list where a name comes twice. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface BucketRoute {
  Params: { bucket: string };
  Querystring: Query;
}

export interface ObjectRoute {
  Params: { bucket: string; object: string };
  Querystring: Query;
}

export function text(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'object' ? value[0] : value;
}

/** Clients write `true` as their languages do. */
export function flag(query: Query, name: string): boolean {
  return text(query, name)?.toLowerCase() === 'true';
}

/** Throws INVALID for what is no whole number. */
export function whole(query: Query, name: string): number | undefined {
  const value = text(query, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,16}$/.test(value))
    throw new ArcosError('INVALID', `${name} must be a whole number`, { data: { location: name } });
  return Number(value);
}

/** The conditions of a request on its object or, with `Source`, on the one it copies. */
export function conditionsOf(query: Query, of: '' | 'Source' = ''): Conditions {
  const found = (['GenerationMatch', 'GenerationNotMatch', 'MetagenerationMatch', 'MetagenerationNotMatch'] as const)
    .map((name) => [`if${name}`, whole(query, `if${of}${name}`)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as Conditions;
}

export function refOf({ params, query }: { params: ObjectRoute['Params']; query: Query }): VersionRef {
  return versionRef(params.bucket, params.object, whole(query, 'generation'));
}

export function versionRef(bucket: string, name: string, generation: number | undefined): VersionRef {
  return { bucket, name, ...(generation === undefined ? {} : { generation }) };
}
