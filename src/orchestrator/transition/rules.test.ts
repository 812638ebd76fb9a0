import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StateName } from '../views.ts';
import { isEnd, judge, type Proposal, type RunFacts } from './rules.ts';

const NOW = new Date('2026-01-01T12:00:00Z');
const run = (facts: Partial<RunFacts>): RunFacts => ({
  state: 'Running',
  fence: 3,
  attempt: 1,
  dueAt: NOW,
  failures: 0,
  crashes: 0,
  retries: 0,
  retryDelayMs: 0,
  backoff: 1,
  crashRetries: 3,
  active: 0,
  concurrency: undefined,
  ...facts,
});
const to = (state: StateName, more: Partial<Proposal> = {}): Proposal => ({ to: state, by: 'run', at: NOW, ...more });

const STATES: readonly StateName[] = [
  'Scheduled',
  'Pending',
  'Running',
  'Completed',
  'Failed',
  'Crashed',
  'Cancelling',
  'Cancelled',
];

test.for<[string, Partial<RunFacts>, Proposal, object]>([
  ['a void claim stops', {}, to('Completed', { fence: 2 }), { answer: 'abort' }],
  ['the claim that holds completes', {}, to('Completed', { fence: 3 }), { answer: 'accept', to: 'Completed' }],
  ['a state again changes nothing', {}, to('Running', { fence: 3 }), { answer: 'keep' }],
  ['an end is final', { state: 'Completed' }, to('Failed'), { answer: 'reject' }],
  ['an agent may be late', { state: 'Completed' }, to('Crashed', { by: 'agent', fence: 3 }), { answer: 'keep' }],
  [
    'not before it is due',
    { state: 'Scheduled', dueAt: new Date(NOW.getTime() + 1) },
    to('Pending'),
    { answer: 'wait' },
  ],
  ['not over the limit', { state: 'Scheduled', active: 2, concurrency: 2 }, to('Pending'), { answer: 'wait' }],
  [
    'below the limit',
    { state: 'Scheduled', active: 1, concurrency: 2 },
    to('Pending'),
    { answer: 'accept', to: 'Pending' },
  ],
  [
    'cancelled before it began',
    { state: 'Scheduled' },
    to('Cancelling', { by: 'person' }),
    { answer: 'accept', to: 'Cancelled' },
  ],
  [
    'cancelled, then lost',
    { state: 'Cancelling' },
    to('Crashed', { by: 'reaper' }),
    { answer: 'accept', to: 'Cancelled' },
  ],
  ['cancelled, then failed', { state: 'Cancelling' }, to('Failed'), { answer: 'accept', to: 'Cancelled' }],
  ['cancelled too late', { state: 'Cancelling' }, to('Completed'), { answer: 'accept', to: 'Completed' }],
  ['cancelled before it told that it runs', { state: 'Cancelling' }, to('Running'), { answer: 'keep' }],
  ['failed for good', {}, to('Failed'), { answer: 'accept', to: 'Failed' }],
  [
    'failed the second time of three',
    { failures: 1, retries: 2, retryDelayMs: 1000, backoff: 3 },
    to('Failed'),
    { answer: 'accept', to: 'Failed', retryInMs: 3000 },
  ],
  ['lost', {}, to('Crashed', { by: 'reaper' }), { answer: 'accept', to: 'Crashed', retryInMs: 0 }],
  ['lost too often', { crashes: 3 }, to('Crashed', { by: 'reaper' }), { answer: 'accept', to: 'Crashed' }],
  ['given back', {}, to('Scheduled', { by: 'agent', fence: 3 }), { answer: 'accept', to: 'Scheduled' }],
  ['given back twice', { state: 'Scheduled' }, to('Scheduled', { by: 'agent', fence: 2 }), { answer: 'abort' }],
  [
    'cancelled, then given back',
    { state: 'Cancelling' },
    to('Scheduled', { by: 'agent' }),
    { answer: 'accept', to: 'Cancelled' },
  ],
  ['a run does not give itself back', {}, to('Scheduled'), { answer: 'reject' }],
  ['retried by hand', { state: 'Failed' }, to('Scheduled', { by: 'person' }), { answer: 'accept', to: 'Scheduled' }],
  ['retried in the middle', {}, to('Scheduled', { by: 'person' }), { answer: 'reject' }],
])('%s', ([, facts, proposal, verdict]) => {
  expect(judge(run(facts), proposal)).toMatchObject(verdict);
});

test('whatever is proposed: a void claim changes nothing, and only a person revives an ended run', () => {
  const any = fc.record({
    state: fc.constantFrom(...STATES),
    proposed: fc.constantFrom(...STATES),
    by: fc.constantFrom('agent' as const, 'run' as const, 'person' as const, 'reaper' as const),
    fence: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    crashes: fc.integer({ min: 0, max: 5 }),
    retries: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(any, ({ state, proposed, by, fence, ...facts }) => {
      const verdict = judge(run({ state, ...facts }), to(proposed, fence === undefined ? { by } : { by, fence }));
      if (fence !== undefined && fence !== 3) expect(verdict.answer).toBe('abort');
      if (verdict.answer !== 'accept') return;
      expect(verdict.to).not.toBe(state);
      if (isEnd(state)) expect([verdict.to, state === 'Completed']).toEqual(['Scheduled', false]);
      if (state === 'Cancelling') expect(['Completed', 'Cancelled']).toContain(verdict.to);
    }),
  );
});
