import { expect, test } from 'vitest';
import { ArcosError } from '../base/errors.ts';
import type { RunEvent } from './events.ts';
import { createSpool, type ReportBatch } from './spool.ts';

const log = (message: string): RunEvent => ({ kind: 'log', level: 'info', message, at: '2026-01-01T00:00:00Z' });
const state = (name: 'Running' | 'Completed'): RunEvent => ({ kind: 'state', state: name, at: '2026-01-01T00:00:00Z' });

/** A server that keeps every event once by its number, and behaves as `mood` says before it does. */
function server(mood: (batch: ReportBatch, call: number) => 'ok' | 'lose the answer' | ArcosError = () => 'ok') {
  const kept = new Map<number, RunEvent>();
  let calls = 0;
  return {
    calls: () => calls,
    messages: () => [...kept.values()].map((event) => ('message' in event ? event.message : event.kind)),
    numbers: () => [...kept.keys()],
    async send(batch: ReportBatch) {
      const answer = mood(batch, ++calls);
      if (answer instanceof ArcosError) throw answer;
      for (const [index, event] of batch.events.entries()) {
        if (!kept.has(batch.first + index)) kept.set(batch.first + index, event);
      }
      if (answer === 'lose the answer') throw new ArcosError('UNAVAILABLE', 'connection reset');
      return { cancel: false };
    },
  };
}

test('log lines go together, numbered without a gap', async () => {
  const { send, calls, numbers } = server();
  const spool = createSpool({ fence: 1, source: 'run', send });
  for (let line = 0; line < 2500; line++) spool.add(log(`line ${line}`));
  await spool.flush();
  expect(numbers()).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1));
  expect(calls()).toBe(3);
});

test('what a server that is away, or whose answers get lost, missed arrives once and in order', async () => {
  const { send, messages } = server((_batch, call) => {
    if (call % 3 === 1) return new ArcosError('UNAVAILABLE', 'away');
    return call % 3 === 2 ? 'lose the answer' : 'ok';
  });
  const spool = createSpool({ fence: 1, source: 'run', send, delayMs: 1 });
  spool.add(log('a'));
  await spool.flush();
  spool.add(log('b'));
  spool.add(log('c'));
  await spool.flush();
  expect(messages()).toEqual(['a', 'b', 'c']);
});

test('a state goes at once and takes the waiting lines with it', async () => {
  const { send, messages } = server();
  const spool = createSpool({ fence: 1, source: 'run', send, delayMs: 60_000 });
  spool.add(log('before'));
  spool.add(state('Running'));
  await expect.poll(messages).toEqual(['before', 'state']);
});

test('a refusal for good stops everything and is told', async () => {
  const refused: string[] = [];
  const spool = createSpool({
    fence: 1,
    source: 'run',
    send: server(() => new ArcosError('GONE', 'attempt 2 has the run')).send,
    onRefused: (error) => refused.push(error.message),
  });
  spool.add(state('Running'));
  await expect(spool.flush()).rejects.toMatchObject({ code: 'GONE' });
  spool.add(log('ignored'));
  await expect(spool.flush()).rejects.toMatchObject({ code: 'GONE' });
  expect(refused).toEqual(['attempt 2 has the run']);
});

test('a final state whose answer was lost has arrived, although the key is dead by then', async () => {
  const { send, messages } = server((_batch, call) =>
    call === 1 ? 'lose the answer' : new ArcosError('UNAUTHENTICATED', 'The key is not valid'),
  );
  const spool = createSpool({ fence: 1, source: 'run', send });
  spool.add(state('Completed'));
  await spool.flush();
  expect(messages()).toEqual(['state']);
});

test('a large result travels alone', async () => {
  const sizes: number[] = [];
  const spool = createSpool({
    fence: 1,
    source: 'run',
    send: async ({ events }) => {
      sizes.push(events.length);
      return { cancel: false };
    },
  });
  for (const length of [10, 10, 3_000_000, 10]) {
    spool.add({
      kind: 'task',
      key: 't',
      state: 'Completed',
      tries: 1,
      upstream: [],
      tags: [],
      result: 'x'.repeat(length),
      at: '2026-01-01T00:00:00Z',
    });
  }
  await spool.flush();
  expect(sizes).toEqual([2, 1, 1]);
});
