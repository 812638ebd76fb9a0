import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Addresses of the built web files that pages load, which have hashes in their names. */
export interface Assets {
  /** The script of an entry of web/, such as `src/map.ts`; undefined when web/ was not built. */
  script(entry: string): string | undefined;
  styles(entry: string): readonly string[];
}

interface ManifestEntry {
  readonly file: string;
  readonly css?: readonly string[];
  /** Entries of what it imports from the start. */
  readonly imports?: readonly string[];
}

/** Reads Vite's manifest of a built web folder. */
export function readAssets(dist: string): Assets {
  const file = join(dist, '.vite', 'manifest.json');
  const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, ManifestEntry>) : {};
  return {
    script: (entry) => (manifest[entry] === undefined ? undefined : `/web/${manifest[entry].file}`),
    styles: (entry) => stylesOf(manifest, entry).map((path) => `/web/${path}`),
  };
}

function stylesOf(manifest: Readonly<Record<string, ManifestEntry>>, entry: string): readonly string[] {
  const { css = [], imports = [] } = manifest[entry] ?? {};
  return [...css, ...imports.flatMap((imported) => stylesOf(manifest, imported))];
}
