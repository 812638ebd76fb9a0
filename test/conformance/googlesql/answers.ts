import { ensureExtensions } from '../../../src/warehouse/engines/duckdb/extensions.ts';
import { Engine } from './engine.ts';
import { World } from './world.ts';

/**
 * The answer of an expression, or of statements that begin with a keyword, of which the last answers: the value of a single cell, else all
 * rows. Numbers, dates and times are texts. Errors: what the engine or the binder refuses.
 */
export type Asker = (text: string) => Promise<unknown>;

/** Asks one engine after another question; each sees no tables but those its own text makes. */
export async function openAsker(): Promise<Asker> {
  const engine = await Engine.start(await ensureExtensions());
  return async (text) => {
    const world = await World.create(engine);
    const query = /^(SELECT|WITH|FROM|CREATE|DECLARE|SET)\b/.test(text) ? text : `SELECT ${text}`;
    const { rows, columns } = await world.run(query, { defaults: { project: 'rio', dataset: 'test' } });
    const [cell] = rows[0] ?? [];
    return rows.length === 1 && columns.length === 1 ? cell : rows;
  };
}

/** Whether an answer is the wanted one: a number stands for a FLOAT64 that is right to nine digits. */
export function isAnswer(answer: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'number') return JSON.stringify(answer) === JSON.stringify(wanted);
  return Math.abs(Number(answer) - wanted) <= 1e-9 * Math.abs(wanted);
}
