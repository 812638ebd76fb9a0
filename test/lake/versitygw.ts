import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LakePlace } from '../../src/lake/testing.ts';
import { freePort, startProgram } from '../support/arcos.ts';
import { goProgram } from '../support/go.ts';

const VERSITYGW = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';

export interface S3Server {
  /** A lake's place in a bucket of it. */
  readonly place: LakePlace & { readonly url: string };
  /** Objects of the bucket on its disk: all files of the folder. */
  readonly folder: string;
  close(): Promise<void>;
}

/** versitygw, a server of S3, on a folder of its own with a bucket; or why there is none. */
export async function startS3(): Promise<S3Server | { readonly missing: string }> {
  const built = await goProgram(VERSITYGW);
  if ('missing' in built) return built;
  const root = mkdtempSync(join(tmpdir(), 'arcos-s3-'));
  const port = await freePort();
  const folder = join(root, 'data', 'cidade');
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(root, 'meta'));
  const [access, secret] = ['arcos', 'a-secret-of-the-tests'];
  // Attributes beside the files: not every file system of a test machine keeps them.
  const args = [
    '--port',
    `127.0.0.1:${port}`,
    '--quiet',
    '--health',
    '/health',
    '--access',
    access,
    '--secret',
    secret,
  ];
  const backend = ['posix', '--sidecar', join(root, 'meta'), join(root, 'data')];
  const server = await startProgram(port, built.program, [...args, ...backend], '/health');
  return {
    place: {
      url: `s3://cidade/lago?endpoint=${server.origin}`,
      environment: { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret },
    },
    folder,
    async close() {
      await server.end('SIGKILL');
      rmSync(root, { recursive: true, force: true });
    },
  };
}
