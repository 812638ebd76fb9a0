import { ArcosError } from '../base/errors.ts';
import type { Fault } from '../base/fault.ts';
import { type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import { parseScript, type Query } from '../sql/parse.ts';
import { namesOf } from '../sql/relations.ts';

/** Rows of one answer. */
export const MOST_ROWS = 1000;
const LONGEST = 10_000;

/** A text of the public as what may be run: one query over published tables, its rows bounded. */
export interface PublicQuery {
  readonly sql: string;
  readonly tables: readonly TablePath[];
}

/**
 * Takes a text apart and allows one SELECT: no other statement, no function of users, no table that `isPublic` does
 * not know, no earlier state of a table, no result without a limit. Pure. Throws INVALID with the faults of the text,
 * and NOT_FOUND for a table that is not published, whether it is there or not.
 */
export function publicQuery(text: string, project: string, isPublic: (path: TablePath) => boolean): PublicQuery {
  if (text.length > LONGEST) throw new ArcosError('INVALID', `The query is longer than ${LONGEST} characters`);
  const query = onlyQuery(text);
  const { relations, routines } = namesOf({ kind: 'query', query, start: query.start, end: query.end }, { project });
  const [routine] = routines;
  if (routine !== undefined)
    throw new ArcosError('NOT_FOUND', `There is no function ${routine.dataset}.${routine.routine} here`);
  // A name without a dataset could be a temporary table; one in a single pair of backquotes is among the others too.
  const [temporary, named] = partition(relations, ({ dataset }) => dataset === TEMPORARY_DATASET);
  const alone = temporary.find(({ table }) => !table.includes('.'));
  if (alone !== undefined) {
    throw new ArcosError('INVALID', `${alone.table} needs its dataset`, { hint: `Write dataset.${alone.table}.` });
  }
  const hidden = named.find((path) => !isPublic(path));
  if (hidden !== undefined) {
    throw new ArcosError(
      'NOT_FOUND',
      `There is no published table ${hidden.project}.${hidden.dataset}.${hidden.table}`,
    );
  }
  if (mentions(query, 'asOf')) throw new ArcosError('INVALID', 'Only the present state of a table is published');
  return { sql: bounded(text, query), tables: named };
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function onlyQuery(text: string): Query {
  const { script, faults } = parseScript(text);
  if (faults.length > 0) throw invalid(faults);
  const [statement] = script.statements;
  if (script.statements.length === 1 && statement?.kind === 'query') return statement.query;
  throw new ArcosError('INVALID', 'One SELECT is needed here, and nothing else');
}

/** The text with a limit: the query's own, when it is small enough, or ours. */
function bounded(text: string, query: Query): string {
  const own = text.slice(0, query.end);
  const limit = query.pipes.length === 0 ? query.limit : undefined;
  if (limit === undefined) {
    const added = `${own}\n${query.pipes.length > 0 || query.body.kind === 'from' ? '|> ' : ''}LIMIT ${MOST_ROWS}`;
    // What is run is what was looked at.
    onlyQuery(added);
    return added;
  }
  if (/^\d+$/.test(text.slice(limit.start, limit.end)) && Number(text.slice(limit.start, limit.end)) <= MOST_ROWS)
    return own;
  throw new ArcosError('INVALID', `LIMIT is ${MOST_ROWS} at the most`, {
    hint: 'Download the table to have all of it.',
  });
}

function mentions(node: unknown, member: string): boolean {
  if (node === null || typeof node !== 'object') return false;
  return Object.entries(node).some(
    ([name, child]) => (name === member && child !== undefined) || mentions(child, member),
  );
}

function invalid(faults: readonly Fault[]): ArcosError {
  return new ArcosError('INVALID', faults[0]?.message ?? 'The query cannot be read', { data: { faults } });
}
