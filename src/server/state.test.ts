import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openStateFolder } from './state.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'arcos-state-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('opens a folder again after it was released', () => {
  const dir = join(root, 'again');
  openStateFolder(dir).release();
  const state = openStateFolder(dir);
  expect(state.postgres).toBe(join(dir, 'pg'));
  state.release();
});

it('refuses a folder that another process holds, and has it once that one is killed', async () => {
  const dir = join(root, 'held');
  const script = `
    import { openStateFolder } from ${JSON.stringify(join(import.meta.dirname, 'state.ts'))};
    openStateFolder(${JSON.stringify(dir)});
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  expect(() => openStateFolder(dir)).toThrow(
    expect.objectContaining({ code: 'STATE', message: expect.stringContaining(`process ${holder.pid}`) }),
  );
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  openStateFolder(dir).release();
});

it('refuses the folder of a newer Arcos, and leaves it as it is', () => {
  const dir = join(root, 'newer');
  openStateFolder(dir).release();
  const file = join(dir, 'arcos.json');
  writeFileSync(file, '{"format":99}');
  expect(() => openStateFolder(dir)).toThrow(/of a newer Arcos \(format 99/);
  expect(readFileSync(file, 'utf8')).toBe('{"format":99}');
});

it('says what to do where a folder cannot be made', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => openStateFolder(join(root, 'file', 'inside'))).toThrow(
    expect.objectContaining({ code: 'STATE', hint: expect.stringContaining('--state DIR') }),
  );
});
