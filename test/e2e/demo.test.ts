import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/platform.ts';
import { descendants } from '../support/processes.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const RIO = join(ROOT, '..', 'shared', 'data', 'rio');
const MINUTES = 60_000;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'arcos-demo-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function demo(...args: string[]): ChildProcess {
  const main = join(ROOT, 'src', 'cli', 'main.ts');
  return spawn(process.execPath, [main, 'demo', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
  /** Of the last line. */
  readonly summary: Record<string, unknown> & { rows: Record<string, number>; steps: unknown[] };
}

async function demoToTheEnd(...args: string[]): Promise<Ended> {
  const child = demo('--exit', ...args);
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout ?? process.stdin),
    text(child.stderr ?? process.stdin),
    once(child, 'exit') as Promise<[number]>,
  ]);
  const last = out.trimEnd().split('\n').at(-1) ?? '';
  return { code, out, errors, summary: last.startsWith('{') ? JSON.parse(last) : {} };
}

describe('the demo', () => {
  test(
    'goes from the sample to the public page, and again on the same folder',
    async () => {
      const state = join(dir, 'sample');
      for (let time = 0; time < 2; time++) {
        const { code, errors, summary } = await demoToTheEnd('--state', state);
        expect(code, errors).toBe(0);
        expect(summary).toMatchObject({ ok: true, rows: { chamado: 50_000, bairro: 164 } });
        expect(summary.rows['precipitacao_diaria']).toBeGreaterThan(700);
        expect(summary.steps).toContainEqual(expect.objectContaining({ name: 'run fails on purpose' }));
        expect(summary['addresses']).toMatchObject({ portal: expect.stringContaining('http://127.0.0.1:') });
      }
    },
    4 * MINUTES,
  );

  test.skipIf(!existsSync(RIO))(
    'goes the same way with the real files of the city (skipped where they are not beside the project)',
    async () => {
      const { code, errors, summary } = await demoToTheEnd('--state', join(dir, 'real'), '--data', RIO);
      expect(code, errors).toBe(0);
      expect(summary.rows).toMatchObject({ chamado: 1_903, precipitacao_diaria: 0 });
      expect(summary.rows['bairro']).toBeGreaterThanOrEqual(160);
      expect(summary.rows['ocorrencia']).toBeGreaterThan(0);
    },
    3 * MINUTES,
  );

  test.skipIf(process.platform !== 'linux')(
    'serves until Ctrl-C and leaves nothing running; the folder is one process’s (Linux only: by /proc)',
    async () => {
      const state = join(dir, 'serving');
      const child = demo('--state', state);
      let out = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        out += chunk.toString();
      });
      await until('the addresses', async () => out.includes('Ctrl-C stops everything'), 120);
      const family = descendants(child.pid ?? 0);
      expect(family.length).toBeGreaterThan(3);

      const second = await demoToTheEnd('--state', state);
      expect(second.code).toBe(1);
      expect(second.summary).toMatchObject({ ok: false, error: { code: 'STATE' } });
      expect(second.errors).toContain(`Another Arcos (process ${child.pid}) is using the state folder`);
      expect(second.errors).toContain('--state DIR');

      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).toBe(0);
      expect(family.filter(isRunning)).toEqual([]);
    },
    4 * MINUTES,
  );

  test(
    'says what to do when the port is taken',
    async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as { port: number };
      const { code, errors } = await demoToTheEnd('--state', join(dir, 'port'), '--port', String(port));
      taken.close();
      expect(code).toBe(1);
      expect(errors).toContain(`Another program is listening on 127.0.0.1:${port}`);
      expect(errors).toContain('--port');
    },
    MINUTES,
  );

  test('says what to do with a folder of a newer version', async () => {
    const state = join(dir, 'newer');
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, 'arcos.json'), '{"format":99}');
    const { code, errors } = await demoToTheEnd('--state', state);
    expect(code).toBe(1);
    expect(errors).toContain('is of a newer Arcos');
  });
});

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
