import { basename, dirname, join, resolve } from 'node:path';
import type { Message } from 'esbuild';
import { ArcosError } from '../base/errors.ts';

/** The folder of this package. */
const PACKAGE = join(import.meta.dirname, '..', '..');

/** CommonJS packages inside the bundle may ask for Node's own modules. */
const REQUIRE =
  "import { createRequire as arcosRequire } from 'node:module'; const require = arcosRequire(import.meta.url);";

/** Bundles that are being made in this process. */
let building = 0;

/**
 * One self-contained ECMAScript module of a flow's file and all it imports, that does what an agent
 * tells it. The same sources in the same places make the same bytes.
 * Throws INVALID with file, line and column of what cannot be bundled.
 */
export async function bundleFlow(file: string, sdk: string = PACKAGE): Promise<Uint8Array> {
  // Only here: an agent bundles nothing.
  const { build, stop } = await import('esbuild');
  const path = resolve(file);
  const folder = dirname(path);
  const entry = [
    `import * as flows from ${JSON.stringify(`./${basename(path)}`)};`,
    `import { runBundle } from ${JSON.stringify(join(sdk, 'src/flow/bundled.ts'))};`,
    'runBundle(flows);',
  ].join('\n');
  building += 1;
  const result = await build({
    stdin: { contents: entry, resolveDir: folder, sourcefile: 'arcos-entry.ts', loader: 'ts' },
    bundle: true,
    write: false,
    outfile: join(folder, 'bundle.mjs'),
    absWorkingDir: folder,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    alias: {
      arcos: join(sdk, 'src/flow/index.ts'),
      'arcos/ingest': join(sdk, 'src/ingest/index.ts'),
      'arcos/sources': join(sdk, 'src/ingest/sources.ts'),
    },
    nodePaths: [join(sdk, 'node_modules')],
    // Native code cannot be in one file; those who ask for it, such as ssh2, do without.
    external: ['*.node', 'cpu-features'],
    // The bundle is the main module, but the flow's own command line is not what was asked for.
    define: { 'import.meta.main': 'false' },
    banner: { js: REQUIRE },
    sourcemap: 'inline',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
  })
    .catch((error: Error & { errors?: readonly Message[] }) => {
      const said = error.errors?.map(sayWhere).join('\n') ?? `  ${error.message}`;
      throw new ArcosError('INVALID', `${file} cannot be bundled:\n${said}`, { cause: error });
    })
    .finally(async () => {
      building -= 1;
      // Its process would stay, with all it has read, for as long as this one.
      if (building === 0) await stop();
    });
  const [output] = result.outputFiles;
  if (output === undefined) throw new ArcosError('INTERNAL', `Bundling ${file} made nothing`);
  return output.contents;
}

function sayWhere({ location, text }: Message): string {
  // Columns are 0-based there.
  return location === null ? `  ${text}` : `  ${location.file}:${location.line}:${location.column + 1}: ${text}`;
}
