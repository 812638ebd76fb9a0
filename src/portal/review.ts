import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { TableInfo } from '../warehouse/port.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { asText, CANDIDATE, type Finding, findingsOf, type PersonalKind } from './personaldata.ts';
import type { PortalTables } from './tables.ts';

/** What a person says of a finding: it may be published, because. */
export interface Decision {
  readonly table: string;
  readonly column: string;
  readonly kind: PersonalKind;
  readonly reason: string;
}

interface Dataset {
  readonly project: string;
  readonly dataset: string;
}

/** Different values of a column that are looked at. */
const LOOKED_AT = 5000;

/** The look at tables for personal data before everyone may see them. */
export interface Review {
  /**
   * Throws PRECONDITION with `data.findings` while the tables hold what looks like personal data and nobody has
   * decided about, and DENIED when what is no person decides. Keeps the decisions.
   */
  demand(
    principal: Principal,
    dataset: Dataset,
    tables: readonly TableInfo[],
    decisions: readonly Decision[],
  ): Promise<void>;
}

export function createReview(store: Store, warehouse: Warehouse): Review {
  const db = store.tables<PortalTables>();

  async function findings(principal: Principal, { path, columns }: TableInfo): Promise<Finding[]> {
    const { project, dataset, table } = path;
    const client = warehouse.client(principal);
    const found: Finding[] = [];
    for (const column of columns) {
      const text = asText(column);
      const values: string[] = [];
      if (text !== undefined) {
        const sql = `SELECT DISTINCT ${text} AS v FROM \`${project}.${dataset}.${table}\`
          WHERE REGEXP_CONTAINS(${text}, r'${CANDIDATE}') LIMIT ${LOOKED_AT}`;
        const { rows } = await client.query({ sql, project, labels: { origin: 'portal-review' } });
        values.push(...rows.map(({ v }) => String(v)));
      }
      found.push(...findingsOf(column.name, values).map((finding) => ({ table, ...finding })));
    }
    return found;
  }

  return {
    async demand(principal, { project, dataset }, tables, decisions) {
      if (decisions.length > 0 && principal.kind !== 'user') {
        throw new ArcosError('DENIED', 'Not allowed: only a person decides that personal data may be published');
      }
      const before = await db
        .selectFrom('portal.review')
        .selectAll()
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .execute();
      const decided = new Set([
        ...before.map(({ table_name, column_name, kind }) => keyOf(table_name, column_name, kind)),
        ...decisions.map(({ table, column, kind }) => keyOf(table, column, kind)),
      ]);
      const open: Finding[] = [];
      for (const table of tables) {
        const found = await findings(principal, table);
        open.push(...found.filter(({ column, kind }) => !decided.has(keyOf(table.path.table, column, kind))));
      }
      if (open.length > 0) throw undecided(open);
      for (const { table, column, kind, reason } of decisions) {
        const decision = { reason, decided_by: principal.name };
        await db
          .insertInto('portal.review')
          .values({ project, dataset, table_name: table, column_name: column, kind, ...decision })
          .onConflict((conflict) =>
            conflict.columns(['project', 'dataset', 'table_name', 'column_name', 'kind']).doUpdateSet(decision),
          )
          .execute();
      }
    },
  };
}

const keyOf = (...parts: readonly string[]): string => parts.join('\0');

function undecided(findings: readonly Finding[]): ArcosError {
  const said = findings.map(({ table, column, kind, values }) => `${table}.${column} (${kind}, ${values} values)`);
  return new ArcosError('PRECONDITION', `This looks like personal data: ${said.join(', ')}`, {
    hint: 'Take the columns out, or say for each in "reviewed" why it may be published: {table, column, kind, reason}.',
    data: { findings },
  });
}
