import type { Expression } from '../ast/expression.ts';
import type { GroupBy, GroupItem, GroupingSet } from '../ast/query.ts';
import type { BoundExpression, BoundGroupBy } from '../bound.ts';
import { typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindExpression } from './expression.ts';
import type { Scope } from './scope.ts';
import type { NamedItem } from './select.ts';
import { children, fingerprint, hasAggregate, hasWindow } from './walk.ts';

/** GROUP BY: keys by expression, alias or position, and the grouping sets that ROLLUP, CUBE and the like stand for. */
export function bindGroupBy(
  binder: Binder,
  place: Place,
  node: GroupBy | undefined,
  items: readonly NamedItem[],
): BoundGroupBy | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'all') {
    const plain = items.map(({ expression }) => expression).filter((item) => !hasAggregate(item) && !hasWindow(item));
    return { keys: plain.filter((item) => item.kind !== 'literal') };
  }
  const keys = new Keys(binder, { ...place, noAggregates: 'GROUP BY clause', noWindows: 'GROUP BY clause' }, items);
  // Items side by side multiply: each set of one is joined to each set of the next.
  let sets: number[][] = [[]];
  for (const item of node.items) {
    const own = itemSets(item, keys);
    sets = sets.flatMap((set) => own.map((added) => [...new Set([...set, ...added])]));
  }
  const plain = node.items.every((item) => item.kind === 'expression');
  return plain ? { keys: keys.all } : { keys: keys.all, sets };
}

/** The distinct keys, in the order they appear. */
class Keys {
  readonly all: BoundExpression[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #bind: (node: Expression) => BoundExpression;

  constructor(binder: Binder, place: Place, items: readonly NamedItem[]) {
    this.#bind = (node) => bindKey(binder, place, node, items);
  }

  index(node: Expression): number {
    const key = this.#bind(node);
    const print = fingerprint(key);
    const known = this.#indexes.get(print);
    if (known !== undefined) return known;
    this.#indexes.set(print, this.all.length);
    return this.all.push(key) - 1;
  }
}

function bindKey(binder: Binder, place: Place, node: Expression, items: readonly NamedItem[]): BoundExpression {
  const key = node.kind === 'integer' ? ordinal(binder, node, items) : bindExpression(binder, place, node);
  if (hasAggregate(key)) throw binder.fail('group', node, 'Aggregate functions are not allowed in GROUP BY');
  const { kind } = key.type;
  if (kind === 'JSON' || kind === 'GEOGRAPHY') {
    throw binder.fail('group', node, `Grouping by expressions of type ${typeName(key.type)} is not allowed`);
  }
  return key;
}

function ordinal(
  binder: Binder,
  node: Extract<Expression, { kind: 'integer' }>,
  items: readonly NamedItem[],
): BoundExpression {
  const item = items[Number(node.text) - 1];
  if (item !== undefined) return item.expression;
  throw binder.fail(
    'group',
    node,
    `GROUP BY column number item ${node.text} is out of range. SELECT list has ${items.length} columns`,
  );
}

function itemSets(item: GroupItem, keys: Keys): number[][] {
  switch (item.kind) {
    case 'expression':
      return [[keys.index(item.value)]];
    case 'rollup':
    case 'cube':
      return combined(item.kind, item.sets, keys);
    case 'grouping_sets':
      return item.sets.flatMap((set: GroupingSet) =>
        set.kind === 'set'
          ? [set.expressions.map((expression) => keys.index(expression))]
          : combined(set.kind, set.sets, keys),
      );
  }
}

function combined(kind: 'rollup' | 'cube', sets: readonly (readonly Expression[])[], keys: Keys): number[][] {
  const parts = sets.map((set) => set.map((expression) => keys.index(expression)));
  if (kind === 'rollup')
    return Array.from({ length: parts.length + 1 }, (_, less) => parts.slice(0, parts.length - less).flat());
  return Array.from({ length: 2 ** parts.length }, (_, mask) =>
    parts.filter((_part, index) => ((mask >> index) & 1) === 0).flat(),
  );
}

/** Fails for a column that has many values in a group. */
export function checkGrouped(
  binder: Binder,
  expression: BoundExpression,
  keys: readonly BoundExpression[],
  scope: Scope,
): void {
  const own = new Set(
    scope.columns
      .concat(scope.tables.flatMap((table) => table.columns))
      .map(({ expression: column }) => rootTable(column)),
  );
  const prints = new Set(keys.map(fingerprint));
  const kinds = new Set(keys.map(({ kind }) => kind));
  const check = (node: BoundExpression): void => {
    if (kinds.has(node.kind) && prints.has(fingerprint(node))) return;
    if (node.kind === 'aggregate' && node.over === undefined) return;
    if (node.kind === 'column' && own.has(node.table)) {
      throw binder.fail(
        'group',
        node.span,
        `SELECT list expression references column ${node.column} which is neither grouped nor aggregated`,
        'Add it to GROUP BY, or put it into an aggregate such as ANY_VALUE.',
      );
    }
    for (const child of children(node)) check(child);
  };
  check(expression);
}

function rootTable(expression: BoundExpression): string | undefined {
  if (expression.kind === 'column') return expression.table;
  const [first] = children(expression);
  return first === undefined ? undefined : rootTable(first);
}
