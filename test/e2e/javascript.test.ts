import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { ensureWeb } from '../../src/cli/web.ts';
import { WEB_DIST } from '../../src/server/webdist.ts';

interface Entry {
  readonly file: string;
  readonly imports?: readonly string[];
}

let manifest: Readonly<Record<string, Entry>>;
beforeAll(async () => {
  await ensureWeb();
  manifest = JSON.parse(readFileSync(join(WEB_DIST, '.vite', 'manifest.json'), 'utf8'));
});

/** Kilobytes, compressed, of the scripts that a page fetches before anything is done on it. */
function weight(entry: string): number {
  const files = new Set<string>();
  const visit = (name: string): void => {
    const found = manifest[name];
    if (found === undefined || files.has(found.file)) return;
    files.add(found.file);
    for (const imported of found.imports ?? []) visit(imported);
  };
  visit(entry);
  expect([entry, files.size > 0]).toEqual([entry, true]);
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(WEB_DIST, file))).length, 0) / 1000;
}

test('pages of the portal have 120 kB of JavaScript at the most before the map', () => {
  expect(weight('src/portal.ts')).toBeLessThan(120);
});

test('so has the console before one of its pages is opened', () => {
  expect(weight('index.html')).toBeLessThan(120);
});

test('the map and the editor are fetched by those pages alone that have them', () => {
  for (const part of ['src/map.ts', 'src/pages/SqlPage.tsx']) expect(weight(part)).toBeGreaterThan(50);
});
