import { expect, it } from 'vitest';
import { sha256 } from '../base/ids.ts';
import type { KnownKey } from './findprincipal.ts';
import { createKeyCheck } from './keycheck.ts';
import { ANONYMOUS } from './principal.ts';

/** A store whose keys have secrets of their own names. */
function open(names: readonly string[]) {
  let now = 1_000_000;
  const loads: string[][] = [];
  const valid = new Map<string, KnownKey>(
    names.map((name) => [
      name,
      { sha256: sha256(name), expiresAt: null, principal: { ...ANONYMOUS, kind: 'user', name } },
    ]),
  );
  const check = createKeyCheck(
    async (ids) => {
      loads.push([...ids]);
      return new Map([...valid].filter(([id]) => ids.includes(id)));
    },
    { now: () => new Date(now) },
  );
  return {
    loads,
    valid,
    pass: (ms: number) => {
      now += ms;
    },
    ask: async (id: string, secret = id) => (await check.principalOf({ id, secret }))?.name,
    now: () => now,
  };
}

it('asks once a second for a key in use, and hears then that it was revoked', async () => {
  const { ask, pass, loads, valid } = open(['a']);
  expect([await ask('a'), await ask('a'), await ask('a')]).toEqual(['a', 'a', 'a']);
  expect(loads).toEqual([['a']]);
  valid.delete('a');
  pass(999);
  expect(await ask('a')).toBe('a');
  pass(1);
  expect(await ask('a')).toBeUndefined();
  expect(loads).toHaveLength(2);
});

it('looks up together what is asked for together, and what else is in use', async () => {
  const { ask, pass, loads } = open(['a', 'b', 'c', 'd']);
  expect(await Promise.all([ask('a'), ask('b'), ask('a'), ask('c')])).toEqual(['a', 'b', 'a', 'c']);
  expect(loads).toEqual([['a', 'b', 'c']]);
  pass(1_000);
  expect([await ask('a'), await ask('b'), await ask('c'), await ask('d')]).toEqual(['a', 'b', 'c', 'd']);
  expect(loads.slice(1)).toEqual([['a', 'b', 'c'], ['d']]);
  pass(60_000);
  await ask('d');
  expect(loads.at(-1)).toEqual(['d']);
});

it('lets no wrong secret in, and asks no more often for an unknown key', async () => {
  const { ask, loads } = open(['a']);
  expect(await ask('a', 'b')).toBeUndefined();
  expect(await ask('a')).toBe('a');
  expect([await ask('x'), await ask('x')]).toEqual([undefined, undefined]);
  expect(loads).toEqual([['a'], ['x']]);
});

it('ends a key at its hour, not a second later', async () => {
  const { ask, pass, valid, now } = open(['a']);
  const { sha256: hash, principal } = valid.get('a') ?? { sha256: '', principal: ANONYMOUS };
  valid.set('a', { sha256: hash, principal, expiresAt: new Date(now() + 100) });
  expect(await ask('a')).toBe('a');
  pass(100);
  expect(await ask('a')).toBeUndefined();
});

it('hands the failure of the store to who asked, and asks again', async () => {
  let away = true;
  const check = createKeyCheck(
    async () => {
      if (away) throw new Error('away');
      return new Map();
    },
    { now: () => new Date() },
  );
  await expect(check.principalOf({ id: 'a', secret: 'a' })).rejects.toThrow('away');
  away = false;
  expect(await check.principalOf({ id: 'a', secret: 'a' })).toBeUndefined();
});
