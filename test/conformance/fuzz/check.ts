import { ArcosError } from '../../../src/base/errors.ts';
import { bind, type Session } from '../../../src/sql/bind.ts';
import { emitDml, emitQuery } from '../../../src/sql/duckdb.ts';
import { lineageOf } from '../../../src/sql/lineage.ts';
import { parseScript } from '../../../src/sql/parse.ts';
import { namesOf } from '../../../src/sql/relations.ts';
import { CATALOG } from './catalog.ts';
import { generateStatement, mutate } from './generate.ts';
import { Random } from './random.ts';

const SESSION: Session = { defaults: { project: 'rio' } };

/** What became of a statement: the SQL of DuckDB that it means, or that it was refused as it should be. */
export interface Outcome {
  readonly text: string;
  readonly emitted: readonly string[];
  readonly refused: boolean;
}

/** Statement number `seed`: generated, and every third one broken. */
export function statementOf(seed: number): string {
  const random = new Random(seed * 2_654_435_761);
  const text = generateStatement(random);
  return seed % 3 === 0 ? mutate(random, text) : text;
}

/**
 * Reads, binds and emits a text. Throws whatever is no answer to a user: all but faults, and the errors that say what
 * is wrong or cannot be had.
 */
export function check(text: string): Outcome {
  const { script, faults } = parseScript(text);
  const emitted: string[] = [];
  let refused = faults.length > 0;
  for (const statement of script.statements) {
    try {
      namesOf(statement, SESSION.defaults);
      const { bound } = bind(text, statement, CATALOG, SESSION);
      if (bound !== undefined) lineageOf(bound);
      if (bound?.kind === 'query') emitted.push(emitQuery(bound.query));
      else if (bound !== undefined && 'target' in bound) emitted.push(...emitDml(bound).steps);
      refused ||= bound === undefined;
    } catch (error) {
      if (!(error instanceof ArcosError) || !['INVALID', 'UNSUPPORTED', 'NOT_FOUND'].includes(error.code)) throw error;
      refused = true;
    }
  }
  return { text, emitted, refused };
}
