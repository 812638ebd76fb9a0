import { expect, test } from 'vitest';
import { ArcosError } from '../base/errors.ts';
import type { RunEvent } from '../flow/events.ts';
import type { ReportAnswer } from '../flow/spool.ts';
import { createOutbox } from './outbox.ts';

const line = (message: string): RunEvent => ({ kind: 'log', level: 'info', message, at: '2026-01-01T00:00:00Z' });

test('it is full until what waits has gone', async () => {
  const answer = Promise.withResolvers<ReportAnswer>();
  const outbox = createOutbox({ fence: 1, source: 'agent', delayMs: 0, send: () => answer.promise }, 10);
  outbox.add(line('12345'));
  expect(outbox.full()).toBeUndefined();
  outbox.add(line('67890'));
  const full = outbox.full();
  expect(full).toBeInstanceOf(Promise);
  answer.resolve({ cancel: false });
  await full;
  expect(outbox.full()).toBeUndefined();
});

test('it is never full when the server takes nothing more', async () => {
  const send = () => Promise.reject(new ArcosError('GONE', 'over'));
  const outbox = createOutbox({ fence: 1, source: 'agent', delayMs: 0, send }, 10);
  outbox.add(line('1234567890'));
  await outbox.full();
  outbox.add(line('1234567890'));
  expect(outbox.full()).toBeUndefined();
});
