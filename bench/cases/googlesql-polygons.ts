import type { Catalog, NativeRelation } from '../../src/sql/catalog.ts';
import type { ScalarName } from '../../src/sql/type.ts';
import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { Engine } from '../../test/conformance/googlesql/engine.ts';
import type { BenchCase } from '../case.ts';
import { translate } from '../translate.ts';

const POINTS = 100_000;
/** As many neighbourhoods as Rio has. */
const POLYGONS = 166;

const TABLES: readonly NativeRelation[] = [
  table('point', { id: 'INT64', place: 'GEOGRAPHY' }),
  table('polygon', { id: 'INT64', area: 'GEOGRAPHY' }),
];
const CATALOG: Catalog = {
  relation: (path) => TABLES.find((relation) => relation.path.table === path.table),
  neighbours: () => [],
};

export const bench: BenchCase = {
  describe: `${POINTS} points, each in one of ${POLYGONS} polygons of 64 corners: GoogleSQL's ST_CONTAINS / the join of DuckDB's spatial extension`,
  rounds: 7,
  operations: POINTS,
  async prepare() {
    const engine = await Engine.start(await ensureExtensions());
    const random = (seed: string) => `(hash(i + ${seed}) % 1000000 / 1000000.0)`;
    await engine.run(`CREATE TABLE point AS SELECT i AS id, ST_Point(-43.8 + ${random('1')}, -23.1 + ${random('2')} / 2) AS place
      FROM range(${POINTS}) AS numbers(i)`);
    // Circles of 64 corners, their wobble that of a coast.
    await engine.run(`CREATE TABLE polygon AS SELECT i AS id, ST_MakePolygon(ST_MakeLine(list_transform(range(65), lambda k:
        ST_Point(-43.8 + (i % 14) / 14 + (0.03 + 0.004 * sin(k % 64 * 11)) * cos(k % 64 * pi() / 32),
          -23.1 + (i // 14) / 24 + (0.02 + 0.003 * sin(k % 64 * 7)) * sin(k % 64 * pi() / 32))))) AS area
      FROM range(${POLYGONS}) AS numbers(i)`);
    const text = `SELECT polygon.id, COUNT(*) AS points FROM d.polygon JOIN d.point ON ST_CONTAINS(polygon.area, point.place)
      GROUP BY polygon.id`;
    const peer = `SELECT polygon.id, count(*) AS points FROM polygon JOIN point ON ST_Contains(polygon.area, point.place)
      GROUP BY polygon.id`;
    return {
      async ours() {
        await engine.run(translate(text, CATALOG));
      },
      async peer() {
        await engine.run(peer);
      },
      // The engine is memory of this process.
      async close() {},
    };
  },
};

function table(name: string, columns: Readonly<Record<string, ScalarName>>): NativeRelation {
  return {
    kind: 'native',
    path: { project: 'rio', dataset: 'd', table: name },
    columns: Object.entries(columns).map(([column, kind]) => ({ name: column, type: { kind }, nullable: true })),
    engineName: `memory.main.${name}`,
  };
}
