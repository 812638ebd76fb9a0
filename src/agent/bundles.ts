import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { ObjectStore } from '../lake/port.ts';
import type { BundleRef } from '../orchestrator/protocol.ts';

/** Code of flows, fetched from the lake once and kept by its hash. */
export interface Bundles {
  /**
   * A file with the bundle's content, its hash checked now. Throws what the lake throws, and INVALID
   * when what is there is not what was registered.
   */
  file(bundle: BundleRef): Promise<string>;
}

export function createBundles(lake: ObjectStore, folder: string): Bundles {
  const fetching = new Map<string, Promise<string>>();

  async function find(bundle: BundleRef): Promise<string> {
    const file = join(folder, `${bundle.sha256}.mjs`);
    const known = await readFile(file).catch(() => undefined);
    if (known !== undefined && sha256(known) === bundle.sha256) return file;
    const { content } = await lake.read({ bucket: bundle.bucket, name: bundle.name });
    const code = await buffer(content);
    const found = sha256(code);
    if (found !== bundle.sha256) {
      throw new ArcosError('INVALID', `The code in ${bundle.bucket}/${bundle.name} is not what was registered`, {
        hint: 'Deploy the flow again.',
        data: { expected: bundle.sha256, found },
      });
    }
    await mkdir(folder, { recursive: true });
    const aside = `${file}.${randomUUID()}`;
    await writeFile(aside, code, { flush: true });
    await rename(aside, file);
    return file;
  }

  return {
    file(bundle) {
      const begun = fetching.get(bundle.sha256) ?? find(bundle).finally(() => fetching.delete(bundle.sha256));
      fetching.set(bundle.sha256, begun);
      return begun;
    },
  };
}
