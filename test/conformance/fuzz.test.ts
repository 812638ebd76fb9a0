import { expect, test } from 'vitest';
import { check, statementOf } from './fuzz/check.ts';

const STATEMENTS = 2000;

test('generated statements end in an answer or a fault', { timeout: 120_000 }, () => {
  let answered = 0;
  for (let seed = 1; seed <= STATEMENTS; seed++) {
    const text = statementOf(seed);
    try {
      if (check(text).emitted.length > 0) answered++;
    } catch (error) {
      throw new Error(`Statement ${seed}: ${text}`, { cause: error });
    }
  }
  // Statements that are all refused would test nothing behind the binder.
  expect(answered).toBeGreaterThan(STATEMENTS / 4);
});
