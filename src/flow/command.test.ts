import { expect, test } from 'vitest';
import { command } from './command.ts';
import type { RunEvent } from './events.ts';
import { flow } from './flow.ts';
import { runLocally } from './local.ts';

/** Runs a flow of one body, and what it told. */
async function record(body: () => Promise<unknown>, signal = new AbortController().signal) {
  const events: RunEvent[] = [];
  const made = flow({ name: 'commands' }, body);
  const outcome = await runLocally(made, {}, { reporter: (event) => events.push(event), signal }).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  const lines = events.flatMap((event) => (event.kind === 'log' ? [`${event.level} ${event.message}`] : []));
  return { ...outcome, events, lines };
}
const node = (name: string, code: string) => ({ name, program: process.execPath, args: ['-e', code] });

test('a program gets its input, and its result and output come back', async () => {
  const double = command<{ n: number }, { twice: number; read: boolean }>(
    node(
      'double',
      `const { readFileSync, writeFileSync } = require('node:fs');
      const { n } = JSON.parse(readFileSync(0, 'utf8'));
      console.log('doubling ' + n); console.error('careful');
      const read = JSON.parse(readFileSync(process.env.ARCOS_INPUT, 'utf8')).n === n;
      writeFileSync(process.env.ARCOS_RESULT, JSON.stringify({ twice: 2 * n, read }));`,
    ),
  );
  const { value, lines } = await record(() => double.map([{ n: 1 }, { n: 21 }]));
  expect(value).toEqual([
    { twice: 2, read: true },
    { twice: 42, read: true },
  ]);
  expect(lines.toSorted()).toEqual(['info doubling 1', 'info doubling 21', 'warn careful', 'warn careful']);
});

test.for([
  ['exit code 3', 'process.exit(3)', /ended with exit code 3/],
  ['signal SIGKILL', "process.kill(process.pid, 'SIGKILL')", /ended with signal SIGKILL/],
  ['a result that is no JSON', "require('fs').writeFileSync(process.env.ARCOS_RESULT, '{')", /is not JSON/],
] as const)('%s fails the task', async ([, code, message]) => {
  const { error } = await record(() => command(node('broken', code))());
  expect((error as Error).message).toMatch(message);
});

test('a program that is not there is told by name', async () => {
  const { error } = await record(() => command({ name: 'none', program: 'no-such-program' })());
  expect(error).toMatchObject({ code: 'NOT_FOUND' });
});

test('what takes too long gets SIGTERM, and SIGKILL when it does not care', async () => {
  const polite = command({
    ...node(
      'polite',
      "process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); setInterval(() => {}, 1e6); console.log('up')",
    ),
    timeout: '1s',
  });
  const { error, lines } = await record(() => polite());
  expect(error).toMatchObject({ code: 'TIMEOUT' });
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  const deaf = command({
    ...node('deaf', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log(process.pid)"),
    timeout: '1s',
    grace: '100ms',
  });
  const stubborn = await record(() => deaf());
  const pid = Number(stubborn.lines.find((line) => /^info \d+$/.test(line))?.slice(5));
  await expect.poll(() => isAlive(pid)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
