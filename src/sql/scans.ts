import type { BoundExpression, BoundFrom, BoundQuery, BoundSelect, BoundStatement } from './bound.ts';
import type { ExternalRelation, NativeRelation } from './catalog.ts';
import { demandWithinStack } from './depth.ts';

/** What a statement reads of a table, once for each time that the table stands in it. */
export interface Scan {
  readonly relation: NativeRelation | ExternalRelation;
  /** Columns whose values decide anything; those that are only passed on to where nobody asks for them are left out. */
  readonly columns: ReadonlySet<string>;
  /** Rows that do not fulfil all of them are not needed. */
  readonly conditions: readonly Condition[];
  /** Columns that some condition is about, alone. */
  readonly filtered: ReadonlySet<string>;
  /** As the table was then. */
  readonly asOf?: BoundExpression;
  /** All rows are changed or removed, as far as the conditions tell: the table itself is written. */
  readonly target?: boolean;
}

export type Comparison = '=' | '<' | '<=' | '>' | '>=' | 'IN' | 'BETWEEN';

/** `column operator values`, where the values name no column. */
export interface Condition {
  readonly column: string;
  /** The day of an instant is compared (DATE(column)). */
  readonly day: boolean;
  readonly operator: Comparison;
  readonly values: readonly BoundExpression[];
}

/** What a statement reads, for what it costs and which files it can leave out. Pure; linear in the statement. */
export function scansOf(statement: BoundStatement): readonly Scan[] {
  return demandWithinStack(() => {
    const finder = new Finder();
    if ('query' in statement && statement.query !== undefined && statement.kind !== 'create_view')
      finder.all(statement.query);
    if (statement.kind === 'update' || statement.kind === 'delete' || statement.kind === 'merge') {
      const { target: relation, id } = statement;
      finder.source({ kind: 'scan', id, relation }, true);
      for (const { name } of relation.columns) finder.column(id, name);
      if (statement.kind === 'update' && statement.from !== undefined) finder.source(statement.from);
      if (statement.kind === 'merge') finder.source(statement.source);
      if ('where' in statement && statement.where !== undefined) finder.where(statement.where);
      const { target: _target, ...parts } = statement;
      finder.expression(parts);
    }
    return finder.scans();
  });
}

interface Found {
  readonly relation: NativeRelation | ExternalRelation;
  readonly columns: Set<string>;
  readonly conditions: Condition[];
  readonly filtered: Set<string>;
  readonly asOf?: BoundExpression;
  readonly target?: boolean;
}

class Finder {
  readonly #scans = new Map<string, Found>();
  /** Queries by the id of what they stand behind: derived tables, and names of WITH queries in FROM. */
  readonly #queries = new Map<string, BoundQuery>();
  readonly #ctes = new Map<string, BoundQuery>();
  readonly #asked = new Map<BoundQuery, Set<string>>();

  scans(): Scan[] {
    return [...this.#scans.values()];
  }

  /** Every column of a query is wanted. */
  all(query: BoundQuery): void {
    this.#enter(query);
    for (const { key } of query.columns) this.#key(query, key);
  }

  column(table: string, column: string): void {
    this.#scans.get(table)?.columns.add(column);
    const query = this.#queries.get(table);
    if (query !== undefined) this.#key(query, column);
  }

  source(from: BoundFrom, target = false): void {
    switch (from.kind) {
      case 'scan': {
        const { relation, asOf } = from;
        const more = { ...(asOf === undefined ? {} : { asOf }), ...(target ? { target } : {}) };
        this.#scans.set(from.id, { relation, columns: new Set(), conditions: [], filtered: new Set(), ...more });
        break;
      }
      case 'derived':
        this.#queries.set(from.id, from.query);
        this.#enter(from.query);
        break;
      case 'cte': {
        const query = this.#ctes.get(from.cte);
        if (query === undefined) break;
        this.#queries.set(from.id, query);
        this.#enter(query);
        break;
      }
      case 'unnest':
        this.expression(from.array);
        break;
      case 'join':
        this.source(from.left);
        this.source(from.right);
        if (from.on !== undefined) this.expression(from.on);
        if (from.on !== undefined && from.join === 'INNER') this.where(from.on);
        break;
      case 'sample':
        this.source(from.input);
    }
  }

  /** Columns that an expression names, and queries that stand in it. */
  expression(node: unknown): void {
    if (Array.isArray(node)) {
      for (const part of node) this.expression(part);
      return;
    }
    if (node === null || typeof node !== 'object') return;
    const members = node as Record<string, unknown>;
    switch (members['kind']) {
      case 'column':
        this.column(String(members['table']), String(members['column']));
        return;
      case 'subquery': {
        const { modifier, query } = node as Extract<BoundExpression, { kind: 'subquery' }>;
        if (modifier === 'exists') this.#enter(query);
        else this.all(query);
        return;
      }
      case 'in_query':
        this.all((node as Extract<BoundExpression, { kind: 'in_query' }>).query);
        this.expression(members['operand']);
        return;
      case 'scan':
      case 'derived':
      case 'cte':
        return;
    }
    for (const [name, part] of Object.entries(members)) if (name !== 'type' && name !== 'span') this.expression(part);
  }

  /** What is not true of a row takes it out. */
  where(condition: BoundExpression): void {
    for (const part of conjuncts(condition)) {
      const found = conditionOf(part);
      if (found !== undefined) this.#condition(found.table, found.condition);
      const named = columnsIn(part);
      const [only] = named;
      if (only !== undefined && named.every(({ table, column }) => table === only.table && column === only.column))
        this.#scans.get(only.table)?.filtered.add(only.column);
    }
  }

  #condition(table: string, condition: Condition): void {
    const scan = this.#scans.get(table);
    scan?.conditions.push(condition);
    scan?.filtered.add(condition.column);
    const query = this.#queries.get(table);
    // A WITH query may have other readers.
    if (query !== undefined && ![...this.#ctes.values()].includes(query)) this.#into(query, condition);
  }

  /** A condition on a column of a query as one on what is below it. */
  #into(query: BoundQuery, condition: Condition): void {
    if (query.limit !== undefined || query.offset !== undefined) return;
    const index = query.columns.findIndex(({ key }) => key === condition.column);
    const { body } = query;
    if (body.kind === 'nested') this.#into(body.query, condition);
    if (body.kind === 'set') {
      for (const side of body.operator === 'EXCEPT' ? [body.left] : [body.left, body.right]) {
        const column = side.columns[index]?.key;
        if (column !== undefined) this.#into(side, { ...condition, column });
      }
      return;
    }
    if (body.kind !== 'select' || body.groupBy !== undefined || body.qualify !== undefined) return;
    const item = dayOf(body.items[index]);
    if (item === undefined || hasWindow(body)) return;
    this.#condition(item.table, { ...condition, column: item.column, day: condition.day || item.day });
  }

  /** What a query reads whatever is asked of it. */
  #enter(query: BoundQuery): void {
    if (this.#asked.has(query)) return;
    this.#asked.set(query, new Set());
    for (const { id, query: cte } of query.ctes) this.#ctes.set(id, cte);
    const { body } = query;
    if (body.kind === 'nested') this.#enter(body.query);
    if (body.kind === 'values') this.expression(body.rows);
    if (body.kind === 'set') {
      for (const side of [body.left, body.right]) {
        if (body.operator === 'UNION' && body.all) this.#enter(side);
        else this.all(side);
      }
    }
    if (body.kind === 'select') {
      if (body.from !== undefined) this.source(body.from);
      if (body.where !== undefined) this.where(body.where);
      this.expression([body.where, body.groupBy, body.having, body.qualify]);
      if (body.distinct) this.expression(body.items);
      // Of a recursive query everything is passed on.
      if (query.recursive) this.expression(body.items);
    }
    this.expression([query.orderBy, query.limit, query.offset]);
  }

  #key(query: BoundQuery, key: string): void {
    const asked = this.#asked.get(query);
    if (asked === undefined || asked.has(key)) return;
    asked.add(key);
    const index = query.columns.findIndex((column) => column.key === key);
    const { body } = query;
    if (body.kind === 'select') this.expression(body.items[index]);
    if (body.kind === 'nested') this.#key(body.query, body.query.columns[index]?.key ?? key);
    if (body.kind === 'set')
      for (const side of [body.left, body.right]) this.#key(side, side.columns[index]?.key ?? key);
  }
}

function conjuncts(node: BoundExpression): BoundExpression[] {
  return node.kind === 'call' && node.name === 'AND' ? node.arguments.flatMap(conjuncts) : [node];
}

const TURNED: Readonly<Record<string, Comparison>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function conditionOf(node: BoundExpression): { table: string; condition: Condition } | undefined {
  if (node.kind === 'in_list') return node.not ? undefined : comparing(node.operand, 'IN', node.elements);
  if (node.kind !== 'call') return undefined;
  const [a, b, c] = node.arguments;
  if (node.name === 'BETWEEN' && a !== undefined && b !== undefined && c !== undefined)
    return comparing(a, 'BETWEEN', [b, c]);
  const turned = TURNED[node.name];
  if (turned === undefined || a === undefined || b === undefined) return undefined;
  const operator = TURNED[turned] ?? '=';
  return comparing(a, operator, [b]) ?? comparing(b, turned, [a]);
}

function comparing(operand: BoundExpression, operator: Comparison, values: readonly BoundExpression[]) {
  const of = dayOf(operand);
  if (of === undefined || !values.every(isConstant)) return undefined;
  const { table, column, day } = of;
  return { table, condition: { column, day, operator, values } };
}

/** A column, or the day of one. */
function dayOf(node: BoundExpression | undefined): { table: string; column: string; day: boolean } | undefined {
  if (node?.kind === 'column') return { table: node.table, column: node.column, day: false };
  const [only] =
    node?.kind === 'call' && node.name === 'DATE' && node.arguments.length === 1
      ? node.arguments
      : node?.kind === 'cast' && node.type.kind === 'DATE' && node.format === undefined && node.zone === undefined
        ? [node.operand]
        : [];
  const instant = only?.type.kind === 'TIMESTAMP' || only?.type.kind === 'DATETIME';
  return only?.kind === 'column' && instant ? { table: only.table, column: only.column, day: true } : undefined;
}

function columnsIn(node: unknown): { table: string; column: string }[] {
  if (Array.isArray(node)) return node.flatMap(columnsIn);
  if (node === null || typeof node !== 'object') return [];
  const { kind, table, column } = node as { kind?: unknown; table?: unknown; column?: unknown };
  if (kind === 'column') return [{ table: String(table), column: String(column) }];
  return Object.values(node).flatMap(columnsIn);
}

function isConstant(node: unknown): boolean {
  if (Array.isArray(node)) return node.every(isConstant);
  if (node === null || typeof node !== 'object') return true;
  const kind = (node as { kind?: unknown }).kind;
  if (kind === 'column' || kind === 'subquery' || kind === 'in_query' || kind === 'aggregate' || kind === 'javascript')
    return false;
  return Object.entries(node).every(([name, part]) => name === 'type' || name === 'span' || isConstant(part));
}

/** Rows that a condition takes out are still in the windows and totals of the others. */
function hasWindow({ items }: BoundSelect): boolean {
  const inside = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.some(inside);
    if (node === null || typeof node !== 'object') return false;
    return (node as { kind?: unknown }).kind === 'aggregate' || Object.values(node).some(inside);
  };
  return items.some(inside);
}
