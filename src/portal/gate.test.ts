import { expect, test } from 'vitest';
import { createGate } from './gate.ts';

test('lets some through, makes some wait, refuses the others, and goes on', async () => {
  const gate = createGate({ running: 2, waiting: 1, milliseconds: 60_000, patience: 10_000 });
  const open: (() => void)[] = [];
  let inside = 0;
  const work = () =>
    gate.pass(async () => {
      inside += 1;
      await new Promise<void>((done) => open.push(done));
    });
  const [a, b, c] = [work(), work(), work()];
  await expect(work()).rejects.toMatchObject({ code: 'QUOTA' });
  expect(inside).toBe(2);
  open.shift()?.();
  await a;
  await expect.poll(() => inside).toBe(3);
  for (const go of open) go();
  await Promise.all([b, c]);
  await expect(gate.pass(async () => 'again')).resolves.toBe('again');
});

test('ends what takes too long', async () => {
  const gate = createGate({ running: 1, waiting: 1, milliseconds: 1, patience: 10_000 });
  const work = (signal: AbortSignal) =>
    new Promise<never>((_, refuse) => signal.addEventListener('abort', () => refuse(new Error('ended'))));
  await expect(gate.pass(work)).rejects.toMatchObject({ code: 'TIMEOUT' });
});
