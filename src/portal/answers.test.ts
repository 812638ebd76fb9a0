import { expect, test } from 'vitest';
import { createKept } from './answers.ts';

test('keeps what was asked for last, within its weight', async () => {
  const made: string[] = [];
  const kept = createKept<string>(6, ({ length }) => length);
  const ask = (key: string) =>
    kept.get(key, async () => {
      made.push(key);
      return key.repeat(3);
    });
  await Promise.all([ask('a'), ask('a')]);
  await ask('b');
  await ask('a');
  await ask('c');
  expect(made).toEqual(['a', 'b', 'c']);
  // a was asked for after b, so b had to go.
  await ask('a');
  await ask('b');
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});

test('does not keep what failed', async () => {
  const kept = createKept<string>(10, ({ length }) => length);
  await expect(kept.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(kept.get('a', async () => 'yes')).resolves.toBe('yes');
});
