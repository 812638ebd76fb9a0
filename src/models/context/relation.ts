import { callable, HostObject, type Keywords, type Value } from '../../jinja/jinja.ts';
import type { RelationName } from '../node.ts';

export type RelationType = 'table' | 'view' | 'cte' | 'external';

interface RelationParts {
  readonly database: string | null;
  readonly schema: string | null;
  readonly identifier: string | null;
  readonly type: RelationType | null;
  readonly include: Readonly<Record<'database' | 'schema' | 'identifier', boolean>>;
  readonly quote: Readonly<Record<'database' | 'schema' | 'identifier', boolean>>;
}

const METADATA = { type: 'BigQueryRelation' };
const ALL = { database: true, schema: true, identifier: true };

/** A table or view as templates hold it: it prints as its name in back quotes. */
export class Relation extends HostObject {
  readonly parts: RelationParts;
  #members: Readonly<Record<string, Value>> | undefined;

  constructor(parts: RelationParts) {
    const render = () => renderParts(parts);
    const equals = (other: Value) => other instanceof Relation && other.toString() === render();
    // Packages tell a relation from a text by its being a mapping that says so.
    super('BigQueryRelation', {}, render, { equals, mapping: true });
    this.parts = parts;
  }

  override member(name: string): Value {
    // Made when first asked: most relations are only printed.
    this.#members ??= membersOf(this.parts);
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  override memberNames(): readonly string[] {
    this.#members ??= membersOf(this.parts);
    return Object.keys(this.#members);
  }

  /** Its full name; undefined for a relation that has none, such as a dataset alone. */
  get path(): RelationName | undefined {
    const { database, schema, identifier } = this.parts;
    return database === null || schema === null || identifier === null ? undefined : { database, schema, identifier };
  }
}

function membersOf(parts: RelationParts): Readonly<Record<string, Value>> {
  const { database, schema, identifier, type } = parts;
  const flags = (under: RelationParts['include'], over: Keywords) => ({
    database: flag(over['database'], under.database),
    schema: flag(over['schema'], under.schema),
    identifier: flag(over['identifier'], under.identifier),
  });
  return {
    database,
    project: database,
    schema,
    dataset: schema,
    identifier,
    name: identifier,
    table: identifier,
    type,
    is_table: type === 'table',
    is_view: type === 'view',
    is_cte: type === 'cte',
    is_materialized_view: false,
    metadata: METADATA,
    get: callable('get', ([key, otherwise = null]) => {
      const named: Readonly<Record<string, Value>> = { metadata: METADATA, database, schema, identifier, type };
      return named[String(key)] ?? otherwise;
    }),
    render: callable('render', () => renderParts(parts)),
    include: callable('include', (_, over) => new Relation({ ...parts, include: flags(parts.include, over) })),
    quote: callable('quote', (_, over) => new Relation({ ...parts, quote: flags(parts.quote, over) })),
    incorporate: callable('incorporate', (_, over) => incorporate(parts, over)),
    without_identifier: callable(
      'without_identifier',
      () => new Relation({ ...parts, include: { ...parts.include, identifier: false } }),
    ),
    information_schema: callable(
      'information_schema',
      ([view]) =>
        new Relation({
          ...parts,
          identifier: `INFORMATION_SCHEMA.${String(view ?? 'TABLES')}`,
          quote: { ...ALL, identifier: false },
        }),
    ),
  };
}

export function relationOf(name: RelationName, type: RelationType | null = null): Relation {
  return new Relation({ ...name, type, include: ALL, quote: ALL });
}

/** What stands for an ephemeral model: the name of the WITH query it becomes. */
export function cteRelation(name: string): Relation {
  const include = { database: false, schema: false, identifier: true };
  const quote = { ...ALL, identifier: false };
  return new Relation({ database: null, schema: null, identifier: `__dbt__cte__${name}`, type: 'cte', include, quote });
}

/** `api.Relation.create(database=..., schema=..., identifier=..., type=...)` */
export function createRelation(keywords: Keywords): Relation {
  return new Relation({
    database: textOrNull(keywords['database']),
    schema: textOrNull(keywords['schema']),
    identifier: textOrNull(keywords['identifier']),
    type: textOrNull(keywords['type']) as RelationType | null,
    include: ALL,
    quote: ALL,
  });
}

function incorporate(parts: RelationParts, keywords: Keywords): Relation {
  const path = (keywords['path'] ?? {}) as Keywords;
  const pick = (key: 'database' | 'schema' | 'identifier') => (key in path ? textOrNull(path[key]) : parts[key]);
  const type = 'type' in keywords ? (textOrNull(keywords['type']) as RelationType | null) : parts.type;
  return new Relation({
    ...parts,
    database: pick('database'),
    schema: pick('schema'),
    identifier: pick('identifier'),
    type,
  });
}

function renderParts({ include, quote, ...parts }: RelationParts): string {
  const names = (['database', 'schema', 'identifier'] as const).flatMap((key) => {
    const value = parts[key];
    if (value === null || !include[key]) return [];
    return [quote[key] ? `\`${value}\`` : value];
  });
  return names.join('.');
}

function textOrNull(value: Value): string | null {
  return value === undefined || value === null ? null : String(value);
}

function flag(value: Value, otherwise: boolean): boolean {
  return value === undefined || value === null ? otherwise : value !== false;
}
