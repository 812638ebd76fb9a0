import type { Expression, Name } from './ast/expression.ts';
import type { Query } from './ast/query.ts';
import type { Script, Statement } from './ast/statement.ts';
import { type NameDefaults, type TablePath, TEMPORARY_DATASET, type ViewRelation } from './catalog.ts';
import { demandWithinStack } from './depth.ts';
import { lookupFunction } from './functions/lookup.ts';
import { lex } from './lex.ts';
import { Cursor } from './parse/cursor.ts';
import { parseExpression } from './parse/expression.ts';
import { parseQuery } from './parse/query.ts';
import { parseScript } from './parse.ts';
import type { Routine, RoutinePath } from './routine.ts';
import { Source, SqlFault } from './source.ts';
import { completeTablePath } from './tablepath.ts';

/** What a text names, so that a caller can load it before binding. A name that cannot be found is no fault yet. */
export interface Names {
  readonly relations: readonly TablePath[];
  readonly routines: readonly RoutinePath[];
}

type Node = Script | Statement | Query | Expression;

/**
 * Every table that a script or statement may read or change. Names of WITH queries are left out; an array
 * path such as `t.items` looks like a table and is among them. A wildcard table is a table called `prefix_*`,
 * a view of INFORMATION_SCHEMA one called `INFORMATION_SCHEMA.TABLES`, and a name alone may also be a
 * temporary table.
 */
export function relationsOf(node: Node, defaults: NameDefaults): readonly TablePath[] {
  return namesOf(node, defaults).relations;
}

export function namesOf(node: Node, defaults: NameDefaults): Names {
  const relations = new Map<string, TablePath>();
  const routines = new Map<string, RoutinePath>();
  demandWithinStack(() =>
    visit(node, new Set(), {
      table(parts) {
        const path = completeTablePath(parts, defaults);
        if (path !== undefined) relations.set(key(path.project, path.dataset, path.table), path);
        const [only] = parts;
        if (parts.length !== 1 || only === undefined) return;
        const temporary = { project: defaults.project, dataset: TEMPORARY_DATASET, table: only.name };
        relations.set(key(temporary.project, temporary.dataset, temporary.table), temporary);
      },
      routine(parts) {
        if (lookupFunction(parts.map(({ name }) => name).join('.')) !== undefined) return;
        const path = completeTablePath(parts, defaults);
        if (path === undefined) return;
        const { project, dataset, table: routine } = path;
        routines.set(key(project, dataset, routine), { project, dataset, routine });
      },
    }),
  );
  return { relations: [...relations.values()], routines: [...routines.values()] };
}

const key = (...parts: readonly string[]): string => parts.join('\0');

/** What a view's query names. */
export function namesOfView({ query, path }: ViewRelation): Names {
  return namesIn(query, path.project, parseQuery);
}

/** What a routine's body names. */
export function namesOfRoutine(routine: Routine): Names {
  const { body, path } = routine;
  switch (routine.kind) {
    case 'function':
      return routine.language === 'SQL' ? namesIn(body, path.project, parseExpression) : NOTHING;
    case 'table_function':
      return namesIn(body, path.project, parseQuery);
    case 'procedure':
      return namesOf(parseScript(body).script, { project: path.project });
  }
}

const NOTHING: Names = { relations: [], routines: [] };

/** A text that no longer parses names nothing here; binding it tells the fault. */
function namesIn(text: string, project: string, parse: (cursor: Cursor) => Node): Names {
  try {
    const source = new Source(text);
    return namesOf(parse(new Cursor(source, lex(source))), { project });
  } catch (error) {
    if (error instanceof SqlFault) return NOTHING;
    throw error;
  }
}

interface Found {
  table(parts: readonly Name[]): void;
  routine(parts: readonly Name[]): void;
}

/** Members that hold the name of a table, by the kind of node. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  table: ['path'],
  insert: ['target'],
  update: ['target'],
  delete: ['target'],
  merge: ['target'],
  truncate: ['target'],
  load_data: ['target'],
  alter: ['name'],
  create_table: ['name'],
  create_view: ['name'],
  create_external_table: ['name'],
  create_row_access_policy: ['table'],
  drop: ['name', 'on'],
};

/** Members that hold the name of a routine; a call in an expression holds it one level deeper. */
const ROUTINES: Readonly<Record<string, string>> = { function: 'name', call: 'name' };

function visit(node: unknown, ctes: ReadonlySet<string>, found: Found): void {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, ctes, found);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  const members = node as Record<string, unknown>;
  const kind = String(members['kind']);
  for (const member of TABLES[kind] ?? []) {
    const parts = nameIn(members, member);
    const [only] = parts;
    const isCte = parts.length === 1 && only !== undefined && ctes.has(only.name.toLowerCase());
    if (only !== undefined && !isCte) found.table(parts);
  }
  const callee = ROUTINES[kind];
  if (callee !== undefined) {
    const holder = (members['call'] ?? members) as Record<string, unknown>;
    const parts = nameIn(holder, callee);
    if (parts.length > 0) found.routine(parts);
  }
  const source = members['source'] as Record<string, unknown> | undefined;
  if (source?.['how'] !== undefined) found.table(nameIn(source, 'name'));
  const below = withNames(members, ctes);
  for (const child of Object.values(members)) {
    if (child !== null && typeof child === 'object') visit(child, below, found);
  }
}

function nameIn(members: Record<string, unknown>, member: string): readonly Name[] {
  const name = members[member];
  return Array.isArray(name) ? (name as readonly Name[]) : [];
}

function withNames(members: Record<string, unknown>, ctes: ReadonlySet<string>): ReadonlySet<string> {
  const clause = members['with'] as { ctes?: readonly { name: Name }[] } | undefined;
  if (clause?.ctes === undefined) return ctes;
  return new Set([...ctes, ...clause.ctes.map(({ name }) => name.name.toLowerCase())]);
}
