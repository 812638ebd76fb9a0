import { spawn } from 'node:child_process';
import { ArcosError } from '../base/errors.ts';
import type { FromBundle, ToBundle } from '../flow/bundled.ts';
import type { FlowDescription } from '../flow/describe.ts';

const LIMIT_MS = 30_000;

/** What the flows of a bundle say of themselves, asked in a process of its own: it is somebody's code. Throws INVALID. */
export async function describeBundle(bundleFile: string): Promise<readonly FlowDescription[]> {
  const child = spawn(process.execPath, ['--enable-source-maps', bundleFile], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const answer = await new Promise<FromBundle | undefined>((done) => {
    child.on('message', (message: FromBundle) => done(message));
    child.on('error', (error) => done({ kind: 'failed', message: error.message }));
    child.on('close', () => done(undefined));
    child.send({ kind: 'describe' } satisfies ToBundle, () => undefined);
  });
  if (answer?.kind === 'described') return answer.flows;
  const why = answer?.kind === 'failed' ? answer.message : said.trim() || 'it ended, or took too long, without a word';
  throw new ArcosError('INVALID', `The flows cannot be described: ${why}`, {
    hint: 'The file must do nothing by itself but define flows: what runs them comes later.',
  });
}
