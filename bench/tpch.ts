import type { DuckDBConnection } from '@duckdb/node-api';
import type { Catalog, ColumnInfo, NativeRelation } from '../src/sql/catalog.ts';
import { duckdbType, quoteName } from '../src/sql/duckdb.ts';
import type { ScalarName } from '../src/sql/type.ts';

/** Orders made; an order has four lines, a customer ten orders. TPC-H's scale factor 1 has 1,500,000. */
const ORDERS = 300_000;
const CUSTOMERS = ORDERS / 10;
const PARTS = ORDERS / 8;
const SUPPLIERS = ORDERS / 150;

/** Tables of the shape of TPC-H: columns with types, and their rows by the number `i`, the same every time. */
const TABLES: Readonly<
  Record<string, { rows: number; columns: Readonly<Record<string, readonly [ScalarName, string]>> }>
> = {
  nation: {
    rows: 25,
    columns: {
      n_nationkey: ['INT64', 'i'],
      n_name: ['STRING', "'NATION ' || i"],
      n_regionkey: ['INT64', 'i % 5'],
    },
  },
  region: {
    rows: 5,
    columns: {
      r_regionkey: ['INT64', 'i'],
      r_name: ['STRING', "['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'][i + 1]"],
    },
  },
  supplier: {
    rows: SUPPLIERS,
    columns: {
      s_suppkey: ['INT64', 'i'],
      s_name: ['STRING', "'Supplier ' || i"],
      s_nationkey: ['INT64', 'rnd(i) % 25'],
    },
  },
  customer: {
    rows: CUSTOMERS,
    columns: {
      c_custkey: ['INT64', 'i'],
      c_name: ['STRING', "'Customer ' || i"],
      c_nationkey: ['INT64', 'rnd(i) % 25'],
      c_mktsegment: ['STRING', "['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD'][rnd(i) % 5 + 1]"],
      c_acctbal: ['NUMERIC', 'rnd(i + 1) % 1000000 / 100.0'],
    },
  },
  part: {
    rows: PARTS,
    columns: {
      p_partkey: ['INT64', 'i'],
      p_brand: ['STRING', "'Brand#' || (rnd(i) % 5 + 1) || (rnd(i + 1) % 5 + 1)"],
      p_type: ['STRING', "['PROMO', 'STANDARD', 'SMALL', 'LARGE', 'ECONOMY'][rnd(i) % 5 + 1] || ' BRUSHED STEEL'"],
      p_size: ['INT64', 'rnd(i) % 50 + 1'],
      p_container: ['STRING', "['SM', 'MED', 'LG', 'JUMBO'][rnd(i + 2) % 4 + 1] || ' BOX'"],
    },
  },
  orders: {
    rows: ORDERS,
    columns: {
      o_orderkey: ['INT64', 'i'],
      o_custkey: ['INT64', `rnd(i) % ${CUSTOMERS}`],
      o_totalprice: ['NUMERIC', 'rnd(i + 1) % 50000000 / 100.0'],
      o_orderdate: ['DATE', "DATE '1992-01-01' + CAST(rnd(i + 2) % 2400 AS INTEGER)"],
      o_orderpriority: ['STRING', "(rnd(i + 3) % 5 + 1) || '-PRIORITY'"],
    },
  },
  lineitem: {
    rows: ORDERS * 4,
    columns: {
      l_orderkey: ['INT64', 'i // 4'],
      l_partkey: ['INT64', `rnd(i) % ${PARTS}`],
      l_suppkey: ['INT64', `rnd(i + 1) % ${SUPPLIERS}`],
      l_quantity: ['NUMERIC', 'rnd(i + 2) % 50 + 1'],
      l_extendedprice: ['NUMERIC', 'rnd(i + 3) % 10000000 / 100.0'],
      l_discount: ['NUMERIC', 'rnd(i + 4) % 11 / 100.0'],
      l_tax: ['NUMERIC', 'rnd(i + 5) % 9 / 100.0'],
      l_returnflag: ['STRING', "['A', 'N', 'R'][rnd(i + 6) % 3 + 1]"],
      l_linestatus: ['STRING', "['F', 'O'][rnd(i + 7) % 2 + 1]"],
      l_shipdate: ['DATE', "DATE '1992-01-01' + CAST(rnd(i // 4 + 2) % 2400 + rnd(i + 8) % 120 AS INTEGER)"],
      l_commitdate: ['DATE', "DATE '1992-01-01' + CAST(rnd(i // 4 + 2) % 2400 + rnd(i + 9) % 90 AS INTEGER)"],
      l_receiptdate: ['DATE', "DATE '1992-01-01' + CAST(rnd(i // 4 + 2) % 2400 + rnd(i + 8) % 150 AS INTEGER)"],
      l_shipmode: ['STRING', "['AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB', 'REG AIR'][rnd(i + 10) % 7 + 1]"],
    },
  },
};

/** Makes the tables as `lake.main.*`, in the types that the warehouse keeps. */
export async function makeTables(connection: DuckDBConnection): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP MACRO rnd(x) AS CAST(hash(x) >> 1 AS BIGINT)');
  for (const [name, { rows, columns }] of Object.entries(TABLES)) {
    const values = Object.entries(columns).map(
      ([column, [kind, value]]) => `CAST(${value} AS ${duckdbType({ kind })}) AS ${quoteName(column)}`,
    );
    await connection.run(
      `CREATE TABLE lake.main.${name} AS SELECT ${values.join(', ')} FROM range(${rows}) AS numbers(i)`,
    );
  }
}

const RELATIONS: readonly NativeRelation[] = Object.entries(TABLES).map(([name, { columns }]) => ({
  kind: 'native',
  path: { project: 'rio', dataset: 'tpch', table: name },
  columns: Object.entries(columns).map(
    ([column, [kind]]): ColumnInfo => ({ name: column, type: { kind }, nullable: true }),
  ),
  engineName: `lake.main.${name}`,
}));

export const CATALOG: Catalog = {
  relation: (path) => RELATIONS.find((relation) => relation.path.table === path.table),
  neighbours: () => [],
};

/** Ten of TPC-H's queries with their validation parameters (TPC-H specification, clause 2.4), written so that both dialects read them. */
export const QUERIES: Readonly<Record<string, string>> = {
  q1: `SELECT l_returnflag, l_linestatus, SUM(l_quantity) AS sum_qty, SUM(l_extendedprice) AS sum_base_price,
      SUM(l_extendedprice * (1 - l_discount)) AS sum_disc_price, AVG(l_quantity) AS avg_qty,
      AVG(l_extendedprice) AS avg_price, AVG(l_discount) AS avg_disc, COUNT(*) AS count_order
    FROM lineitem WHERE l_shipdate <= DATE '1998-09-02'
    GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`,
  q3: `SELECT l_orderkey, SUM(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate
    FROM customer, orders, lineitem
    WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey
      AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15'
    GROUP BY l_orderkey, o_orderdate ORDER BY revenue DESC, o_orderdate LIMIT 10`,
  q4: `SELECT o_orderpriority, COUNT(*) AS order_count FROM orders
    WHERE o_orderdate >= DATE '1993-07-01' AND o_orderdate < DATE '1993-10-01'
      AND EXISTS (SELECT 1 FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
    GROUP BY o_orderpriority ORDER BY o_orderpriority`,
  q5: `SELECT n_name, SUM(l_extendedprice * (1 - l_discount)) AS revenue
    FROM customer, orders, lineitem, supplier, nation, region
    WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey AND c_nationkey = s_nationkey
      AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey AND r_name = 'ASIA'
      AND o_orderdate >= DATE '1994-01-01' AND o_orderdate < DATE '1995-01-01'
    GROUP BY n_name ORDER BY revenue DESC`,
  q6: `SELECT SUM(l_extendedprice * l_discount) AS revenue FROM lineitem
    WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01'
      AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24`,
  q10: `SELECT c_custkey, c_name, SUM(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal, n_name
    FROM customer, orders, lineitem, nation
    WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND o_orderdate >= DATE '1993-10-01'
      AND o_orderdate < DATE '1994-01-01' AND l_returnflag = 'R' AND c_nationkey = n_nationkey
    GROUP BY c_custkey, c_name, c_acctbal, n_name ORDER BY revenue DESC LIMIT 20`,
  q12: `SELECT l_shipmode,
      SUM(CASE WHEN o_orderpriority = '1-PRIORITY' OR o_orderpriority = '2-PRIORITY' THEN 1 ELSE 0 END) AS high_line_count,
      SUM(CASE WHEN o_orderpriority <> '1-PRIORITY' AND o_orderpriority <> '2-PRIORITY' THEN 1 ELSE 0 END) AS low_line_count
    FROM orders, lineitem
    WHERE o_orderkey = l_orderkey AND l_shipmode IN ('MAIL', 'SHIP') AND l_commitdate < l_receiptdate
      AND l_shipdate < l_commitdate AND l_receiptdate >= DATE '1994-01-01' AND l_receiptdate < DATE '1995-01-01'
    GROUP BY l_shipmode ORDER BY l_shipmode`,
  q14: `SELECT 100 * SUM(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) AS promo,
      SUM(l_extendedprice * (1 - l_discount)) AS whole
    FROM lineitem, part
    WHERE l_partkey = p_partkey AND l_shipdate >= DATE '1995-09-01' AND l_shipdate < DATE '1995-10-01'`,
  q18: `SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, SUM(l_quantity) AS quantity
    FROM customer, orders, lineitem
    WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING SUM(l_quantity) > 180)
      AND c_custkey = o_custkey AND o_orderkey = l_orderkey
    GROUP BY c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice ORDER BY o_totalprice DESC, o_orderdate LIMIT 100`,
  q19: `SELECT SUM(l_extendedprice * (1 - l_discount)) AS revenue FROM lineitem, part
    WHERE p_partkey = l_partkey AND l_shipmode IN ('AIR', 'REG AIR')
      AND ((p_brand = 'Brand#12' AND p_container = 'SM BOX' AND l_quantity BETWEEN 1 AND 11 AND p_size BETWEEN 1 AND 5)
        OR (p_brand = 'Brand#23' AND p_container = 'MED BOX' AND l_quantity BETWEEN 10 AND 20 AND p_size BETWEEN 1 AND 10)
        OR (p_brand = 'Brand#34' AND p_container = 'LG BOX' AND l_quantity BETWEEN 20 AND 30 AND p_size BETWEEN 1 AND 15))`,
};
