import { expect, test } from 'vitest';
import { readLogRetention, readRunRetention } from './policy.ts';

test('a policy names states and whole days, and nothing else', () => {
  const day = 24 * 3_600_000;
  expect(readRunRetention('Completed=90d, Failed=365d')).toEqual({ Completed: 90 * day, Failed: 365 * day });
  expect(readRunRetention('')).toEqual({});
  expect(readLogRetention('30d')).toBe(30 * day);
  for (const text of ['Completed=0d', 'Done=3d', 'Running=3d', 'Completed', 'Completed=3h', 'Completed=-1d']) {
    expect(readRunRetention(text), text).toBeUndefined();
  }
});
