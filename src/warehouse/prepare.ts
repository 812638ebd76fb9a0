import { ArcosError } from '../base/errors.ts';
import type { Fault } from '../base/fault.ts';
import { bind, bindEvaluation, type Session } from '../sql/bind.ts';
import type { BoundQueryStatement, BoundStatement } from '../sql/bound.ts';
import { type Catalog, type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import { type CatalogSource, loadCatalog } from '../sql/load.ts';
import type { Expression, Query, Script, Statement } from '../sql/parse.ts';
import { parseScript } from '../sql/parse.ts';
import { namesOf } from '../sql/relations.ts';
import type { SqlType } from '../sql/type.ts';
import type { Authoriser } from './authorise.ts';
import { filtersFor, seesAll } from './catalog/policies.ts';
import { catalogSource, type Known, type Reader } from './catalog/source.ts';
import { demandObjects } from './files.ts';
import { isInformationSchema } from './informationschema/relation.ts';
import { displayName } from './tablename.ts';

/** The statements of a text. Throws INVALID with its faults. */
export function parse(sql: string): Script {
  const { script, faults } = parseScript(sql);
  if (faults.length > 0) throw queryError(faults);
  if (script.statements.length > 0) return script;
  throw new ArcosError('INVALID', 'Syntax error: Unexpected end of script', {
    data: { reason: 'invalidQuery', location: 'query' },
  });
}

/**
 * A statement of a text, bound, that the reader may run: what it reads and what it changes are asked for.
 * Throws INVALID or NOT_FOUND with the faults of the text, and DENIED.
 */
export async function prepare(
  known: Known,
  reader: Reader,
  { text, statement, session }: { text: string; statement: Statement; session: Session },
): Promise<BoundStatement> {
  const source = catalogSource(known, reader);
  const narrowed = statement.kind === 'create_view' ? viewsAsTables(source) : source;
  const work = (catalog: Catalog) => bind(text, statement, catalog, session);
  const bound = await boundBy(known, reader, statement, session, work, narrowed);
  await reader.authoriser.demandStatement(bound);
  if (bound.kind === 'create_external_table') {
    // Whoever reads the table reads the files.
    const { uris } = bound.options;
    await demandObjects(known.lake, reader, 'object.read', Array.isArray(uris) ? uris.map(String) : []);
  }
  await demandWholeTables(known, reader, bound);
  return bound;
}

/** An expression or query that a script evaluates, bound, as `prepare` does it. */
export function prepareEvaluation(
  known: Known,
  reader: Reader,
  step: { text: string; node: Expression | Query; as?: SqlType; session: Session },
): Promise<BoundQueryStatement> {
  const { text, node, as, session } = step;
  return boundBy(known, reader, node, session, (catalog) => bindEvaluation(text, node, as, catalog, session));
}

async function boundBy<Bound extends BoundStatement>(
  known: Known,
  { authoriser, ...reader }: Reader,
  node: Statement | Expression | Query,
  session: Session,
  work: (catalog: Catalog) => { bound?: Bound; faults: readonly Fault[] },
  source = catalogSource(known, { authoriser, ...reader }),
): Promise<Bound> {
  const names = namesOf(node, session.defaults);
  const catalog = await loadCatalog(names, source);
  const { bound, faults } = work(catalog);
  if (bound === undefined) {
    // Whether a table exists, and what is in it, is told only to who may see it.
    for (const path of names.relations.filter(isOfDataset)) {
      if (catalog.relation(path) !== undefined || (await isDataset(known, authoriser, path)))
        await authoriser.demandTable('table.describe', path);
    }
    throw queryError(faults);
  }
  if ('reads' in bound) {
    for (const path of bound.reads.filter(isOfDataset)) await authoriser.demandTable('table.read', path);
  }
  return bound;
}

/**
 * The source with views as what they are to a view that reads them: a name and columns. A reader binds all of them anew,
 * and is asked for all they read. Of a thousand views in ten layers the last would otherwise be bound a thousand deep.
 */
function viewsAsTables(source: CatalogSource): CatalogSource {
  return {
    ...source,
    async relation(wanted) {
      const relation = await source.relation(wanted);
      if (relation?.kind !== 'view') return relation;
      return { kind: 'native', path: relation.path, columns: relation.columns, engineName: '' };
    },
  };
}

/** Temporary tables are their script's own, and INFORMATION_SCHEMA shows everyone what he may see. */
function isOfDataset(path: TablePath): boolean {
  return path.dataset !== TEMPORARY_DATASET && !isInformationSchema(path);
}

/** Who sees only some rows of a table may neither change rows nor copy it (BigQuery, Row-level security). */
async function demandWholeTables({ catalog }: Known, { principal }: Reader, bound: BoundStatement): Promise<void> {
  if (bound.kind === 'update' || bound.kind === 'delete' || bound.kind === 'merge') {
    if (!seesAll(bound.target.rowFilters)) throw filtered(bound.target.path);
  }
  if (bound.kind === 'create_table' && bound.source !== undefined && bound.source.how !== 'LIKE') {
    const { path } = bound.source;
    if (!seesAll(filtersFor(await catalog.policies.list(path), principal))) throw filtered(path);
  }
}

function filtered(path: TablePath): ArcosError {
  const message = `Access Denied: Table ${displayName(path)}: its row access policies do not let you see every row`;
  return new ArcosError('DENIED', message, {
    hint: 'A policy with FILTER USING (TRUE) must name you.',
    data: { reason: 'accessDenied' },
  });
}

/** An array path such as `t.items` looks like a table, but `t` is no dataset; a stranger cannot tell. */
async function isDataset(
  { catalog }: Known,
  authoriser: Authoriser,
  { project, dataset }: TablePath,
): Promise<boolean> {
  if (!(await authoriser.allows('dataset.list', project))) return true;
  return (await catalog.dataset(project, dataset)) !== undefined;
}

function queryError(faults: readonly Fault[]): ArcosError {
  const message = faults[0]?.message ?? 'The statement cannot be bound';
  const missing = faults[0]?.code === 'sql/unknown-table';
  return new ArcosError(missing ? 'NOT_FOUND' : 'INVALID', message, {
    ...(faults[0]?.hint === undefined ? {} : { hint: faults[0].hint }),
    data: { reason: missing ? 'notFound' : 'invalidQuery', location: 'query', faults },
  });
}
