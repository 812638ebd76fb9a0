import { children } from '../bind/walk.ts';
import type { BoundExpression, BoundFrom, BoundOrder, BoundQuery } from '../bound.ts';
import type { TablePath } from '../catalog.ts';
import { type IndirectUse, NO_USES, Uses } from './uses.ts';

/** The columns of a query in their order, and what decides on its rows. */
interface Flow {
  readonly columns: readonly Uses[];
  readonly rows: Uses;
}

/** Follows columns through one statement, whose tables and WITH queries have ids of their own. */
export class Tracer {
  /** What a column of a table in FROM comes from. */
  readonly #tables = new Map<string, (column: string) => Uses>();
  readonly #ctes = new Map<string, { readonly query: BoundQuery; flow: Flow }>();

  scan(id: string, path: TablePath): void {
    this.#tables.set(id, (column) => new Uses().use(path, column, 'identity'));
  }

  query(query: BoundQuery): Flow {
    for (const { id, query: cte } of query.ctes) this.#cte(id, cte, query.recursive);
    const { columns, rows } = this.#body(query);
    const all = new Uses().add(rows);
    this.#orders(all, query.orderBy, 'sort');
    return { columns, rows: all };
  }

  /** A recursive query reads itself: it is followed again until there is nothing new. */
  #cte(id: string, query: BoundQuery, recursive: boolean): void {
    const nothing: Flow = { columns: query.columns.map(() => NO_USES), rows: NO_USES };
    const entry = { query, flow: nothing };
    this.#ctes.set(id, entry);
    for (let known = -1; ; ) {
      entry.flow = this.query(query);
      const size = sizeOf(entry.flow);
      if (!recursive || size === known) return;
      known = size;
    }
  }

  #body({ body }: BoundQuery): Flow {
    switch (body.kind) {
      case 'nested':
        return this.query(body.query);
      case 'values': {
        const width = body.rows[0]?.length ?? 0;
        const columns = Array.from({ length: width }, (_, index) =>
          this.#all(body.rows.flatMap((row) => row[index] ?? [])),
        );
        return { columns, rows: NO_USES };
      }
      case 'set': {
        const [left, right] = [this.query(body.left), this.query(body.right)];
        const rows = new Uses().add(left.rows).add(right.rows);
        if (body.operator === 'UNION') {
          const columns = left.columns.map((uses, index) => new Uses().add(uses).add(right.columns[index] ?? NO_USES));
          return { columns, rows };
        }
        for (const uses of right.columns) rows.add(uses, 'filter');
        return { columns: left.columns, rows };
      }
      case 'select': {
        const rows = new Uses();
        if (body.from !== undefined) rows.add(this.from(body.from));
        const columns = body.items.map((item) => this.expression(item));
        for (const key of body.groupBy?.keys ?? []) rows.add(this.expression(key), 'group_by');
        if (body.distinct) for (const uses of columns) rows.add(uses, 'group_by');
        for (const condition of [body.where, body.having, body.qualify]) {
          if (condition !== undefined) rows.add(this.expression(condition), 'filter');
        }
        return { columns, rows };
      }
    }
  }

  /** Makes the columns of FROM known; gives what decides on its rows. */
  from(from: BoundFrom): Uses {
    switch (from.kind) {
      case 'scan':
        this.scan(from.id, from.relation.path);
        return from.asOf === undefined ? NO_USES : new Uses().add(this.expression(from.asOf), 'filter');
      case 'derived':
        if (from.relation !== undefined) {
          const { path } = from.relation;
          const names = new Map(from.query.columns.map(({ key, name }) => [key, name ?? key]));
          this.#tables.set(from.id, (key) => new Uses().use(path, names.get(key) ?? key, 'identity'));
          return NO_USES;
        }
        return this.#rows(from.id, from.query, this.query(from.query));
      case 'cte': {
        const cte = this.#ctes.get(from.cte);
        return cte === undefined ? NO_USES : this.#rows(from.id, cte.query, cte.flow);
      }
      case 'unnest': {
        const array = this.expression(from.array);
        const value = new Uses().add(array, 'transformation');
        this.#tables.set(from.id, () => value);
        return new Uses().add(array, 'join');
      }
      case 'join': {
        const rows = new Uses().add(this.from(from.left)).add(this.from(from.right));
        return from.on === undefined ? rows : rows.add(this.expression(from.on), 'join');
      }
      case 'sample':
        return this.from(from.input);
    }
  }

  #rows(id: string, query: BoundQuery, flow: Flow): Uses {
    const places = new Map(query.columns.map(({ key }, index) => [key, index]));
    this.#tables.set(id, (key) => flow.columns[places.get(key) ?? -1] ?? NO_USES);
    return flow.rows;
  }

  expression(node: BoundExpression): Uses {
    switch (node.kind) {
      case 'literal':
        return NO_USES;
      case 'column':
        return this.#tables.get(node.table)?.(node.column) ?? NO_USES;
      case 'subquery': {
        const { columns, rows } = this.query(node.query);
        const uses = new Uses().add(rows);
        // EXISTS asks for rows, not for what is in them.
        if (node.modifier !== 'exists') for (const column of columns) uses.add(column, 'transformation');
        return uses;
      }
      case 'in_query': {
        const { columns, rows } = this.query(node.query);
        const uses = new Uses().add(this.expression(node.operand), 'transformation').add(rows);
        for (const column of columns) uses.add(column, 'transformation');
        return uses;
      }
      case 'aggregate':
        return this.#aggregate(node);
      case 'case': {
        const uses = new Uses();
        for (const { when, value } of node.branches) {
          uses.add(this.expression(when), 'conditional').add(this.expression(value), 'transformation');
        }
        return node.otherwise === undefined ? uses : uses.add(this.expression(node.otherwise), 'transformation');
      }
      case 'call': {
        const [condition, ...values] = node.arguments;
        if (node.name !== 'IF' || condition === undefined) return this.#all(node.arguments);
        return this.#all(values).add(this.expression(condition), 'conditional');
      }
      default:
        return this.#all(children(node));
    }
  }

  #aggregate(node: Extract<BoundExpression, { kind: 'aggregate' }>): Uses {
    const uses = new Uses();
    for (const argument of node.arguments) uses.add(this.expression(argument), 'aggregation');
    this.#orders(uses, node.orderBy, 'sort');
    if (node.having !== undefined) uses.add(this.expression(node.having.value), 'filter');
    for (const key of node.over?.partitionBy ?? []) uses.add(this.expression(key), 'window');
    this.#orders(uses, node.over?.orderBy ?? [], 'window');
    return uses;
  }

  #orders(uses: Uses, orders: readonly BoundOrder[], use: IndirectUse): void {
    for (const { value } of orders) uses.add(this.expression(value), use);
  }

  #all(nodes: readonly BoundExpression[]): Uses {
    const uses = new Uses();
    for (const node of nodes) uses.add(this.expression(node), 'transformation');
    return uses;
  }
}

function sizeOf({ columns, rows }: Flow): number {
  return columns.reduce((total, uses) => total + uses.size, rows.size);
}
