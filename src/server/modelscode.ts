import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ArcosError } from '../base/errors.ts';
import type { Lake } from '../lake/lake.ts';
import { demandBundle, type ModelsBundle, unpackBundle, versionOf } from '../models/bundle.ts';
import { CODE_BUCKET } from './city.ts';

/** The published models of namespaces: objects of the lake, unpacked into folders when they are to be served. */
export interface ModelsCode {
  /** Folder of the version that a namespace follows; undefined where none was published. */
  current(namespace: string): Promise<string | undefined>;
  /** Keeps a version; `follow` makes it the one that the namespace follows. */
  put(
    namespace: string,
    bundle: ModelsBundle,
  ): Promise<{ version: string; directory: string; follow(): Promise<void> }>;
}

export function modelsCode(lake: Lake, folder: string): ModelsCode {
  const objectOf = (namespace: string, name: string) => ({ bucket: CODE_BUCKET, name: `models/${namespace}/${name}` });
  const write = (namespace: string, name: string, value: unknown) =>
    lake.write(objectOf(namespace, name), [Buffer.from(JSON.stringify(value))] as never, {
      contentType: 'application/json',
    });
  const read = async (namespace: string, name: string): Promise<unknown> => {
    try {
      return JSON.parse(await text((await lake.read(objectOf(namespace, name))).content));
    } catch (error) {
      if (error instanceof ArcosError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  };
  const unpacked = async (namespace: string, version: string, bundle: () => Promise<ModelsBundle>) => {
    const directory = join(folder, namespace, version);
    if (existsSync(directory)) return directory;
    await mkdir(join(folder, namespace), { recursive: true });
    await unpackBundle(await bundle(), directory);
    return directory;
  };
  return {
    async current(namespace) {
      const pointer = (await read(namespace, 'current.json')) as { version: string } | undefined;
      if (pointer === undefined) return undefined;
      const { version } = pointer;
      return unpacked(namespace, version, async () => demandBundle(await read(namespace, `${version}.json`)));
    },
    async put(namespace, bundle) {
      const version = versionOf(bundle);
      await write(namespace, `${version}.json`, bundle);
      const directory = await unpacked(namespace, version, () => Promise.resolve(bundle));
      return { version, directory, follow: async () => void (await write(namespace, 'current.json', { version })) };
    },
  };
}
