import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArcosError, asArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { FlowDescription } from '../flow/describe.ts';
import type { ObjectStore } from '../lake/port.ts';
import type { OrchestratorClient } from '../orchestrator/client.ts';
import type { BundleRef, Registered } from '../orchestrator/protocol.ts';
import { bundleFlow } from './bundle.ts';
import { describeBundle } from './describe.ts';

export interface DeployOptions {
  /** TypeScript that exports one flow or more. */
  readonly file: string;
  readonly namespace: string;
  readonly lake: ObjectStore;
  readonly client: Pick<OrchestratorClient, 'register'>;
  /** Folder of the package that `arcos` is; this one unless told. */
  readonly sdk?: string;
  readonly gitCommit?: string;
  /** Whether the flows' schedules start runs; true unless told. Without, they run when they are asked to. */
  readonly schedules?: boolean;
}

const BUCKET = 'arcos-code';
const DEPLOYMENT = 'default';

/**
 * Bundles the flows of a file, stores the code in the lake under its hash, and registers each flow.
 * What has not changed makes no new version and no new object.
 * Throws INVALID for code that cannot be bundled or described.
 */
export async function deployFlow(options: DeployOptions): Promise<Registered[]> {
  const { file, namespace, lake, client, sdk, gitCommit, schedules = true } = options;
  const code = await bundleFlow(file, sdk);
  const flows = await describe(file, code);
  const bundle = await store(lake, namespace, code);
  const registered: Registered[] = [];
  for (const flow of flows) {
    registered.push(
      await client.register({
        namespace,
        flow: schedules ? flow : { ...flow, schedules: [] },
        bundle,
        deployment: { name: DEPLOYMENT, parameters: {} },
        ...(gitCommit === undefined ? {} : { gitCommit }),
      }),
    );
  }
  return registered;
}

async function describe(file: string, code: Uint8Array): Promise<readonly FlowDescription[]> {
  const folder = await mkdtemp(join(tmpdir(), 'arcos-deploy-'));
  try {
    const bundleFile = join(folder, 'bundle.mjs');
    await writeFile(bundleFile, code);
    const flows = await describeBundle(bundleFile);
    if (flows.length > 0) return flows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  throw new ArcosError('INVALID', `${file} exports no flow`, {
    hint: 'Write "export const name = flow({ name: ... }, async () => { ... })".',
  });
}

/** Below its namespace, whose agents alone may read it. The same content is the same object: one that is there is never written again. */
async function store(lake: ObjectStore, namespace: string, code: Uint8Array): Promise<BundleRef> {
  const hash = sha256(code);
  const ref = { bucket: BUCKET, name: `namespaces/${namespace}/flows/${hash}.mjs` };
  try {
    await lake.write(ref, once(code), { contentType: 'text/javascript', ifGenerationMatch: 0 });
  } catch (error) {
    if (asArcosError(error).code !== 'PRECONDITION') throw error;
  }
  return { ...ref, sha256: hash };
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
