import { type ChildProcess, spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { ArcosError } from '../base/errors.ts';
import { stopAsked } from './signal.ts';

/**
 * `npm run dev`: Arcos on `.arcos/` with the sample city, started again when a file of src/ changes or the web
 * pages were built anew, which they are when a file of web/ changes. Flags are those of `arcos up`.
 */

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCE = join(ROOT, 'src');
const FLAGS = ['--city', join(ROOT, 'examples', 'rio'), '--login', 'loopback', ...process.argv.slice(2)];
/** An editor that saves, or a checkout, changes several files in a row. */
const QUIET_MS = 150;

interface Restartable {
  /** Ends the process that runs, if any, and starts the next. Asked several times meanwhile, it starts one. */
  restart(): void;
  end(): Promise<void>;
}

/** `arcos up`, one at a time: the next one needs the state folder and the port of the one before. */
function server(): Restartable {
  let child: ChildProcess | undefined;
  let changing: Promise<void> | undefined;
  let again = false;
  let over = false;

  async function stop(): Promise<void> {
    const running = child;
    if (running === undefined) return;
    const ended = new Promise<void>((done) => running.once('exit', () => done()));
    // Asked once: a second time would make it leave without stopping what is below it.
    running.kill('SIGTERM');
    await ended;
  }

  async function change(): Promise<void> {
    do {
      again = false;
      await stop();
      if (!over) child = start();
    } while (again);
  }

  function start(): ChildProcess {
    const begun = spawn(process.execPath, ['--import', ORPHAN_STOPS, join(SOURCE, 'cli', 'main.ts'), 'up', ...FLAGS], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Ctrl-C reaches this process alone, which then ends the other in order.
      detached: true,
    });
    begun.once('exit', () => {
      if (child === begun) child = undefined;
      if (changing === undefined && !over) say('Arcos ended; the next change starts it again');
    });
    return begun;
  }

  return {
    restart() {
      again = true;
      changing ??= change().finally(() => {
        changing = undefined;
      });
    },
    async end() {
      over = true;
      await changing;
      await stop();
    },
  };
}

/**
 * A module for the server's process: when its parent is gone, even by kill -9, it stops as if it had been asked
 * to. It is for that process alone, so it takes itself from what processes below inherit.
 */
const ORPHAN_STOPS = `data:text/javascript,${encodeURIComponent(`
  process.execArgv = [];
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
`)}`;

function say(line: string): void {
  process.stdout.write(`dev: ${line}\n`);
}

const stopped = stopAsked();
const arcos = server();

// In this process: what ends it ends the watching too.
const pages = await build({ root: join(ROOT, 'web'), logLevel: 'warn', build: { watch: {} } });
if (!('on' in pages)) throw new ArcosError('INTERNAL', 'vite does not watch');
pages.on('event', async (event) => {
  if (event.code === 'ERROR') say(`the web pages cannot be built: ${event.error.message}`);
  if (event.code !== 'BUNDLE_END') return;
  await event.result.close();
  // The portal's pages name the built files, whose names change: Arcos reads them when it starts.
  arcos.restart();
});

let quiet: NodeJS.Timeout | undefined;
const sources = watch(SOURCE, { recursive: true }, (_kind, file) => {
  if (file === null || file.endsWith('.test.ts')) return;
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    say(`src/${file} changed`);
    arcos.restart();
  }, QUIET_MS);
});

await stopped;
clearTimeout(quiet);
sources.close();
await pages.close();
await arcos.end();
