import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { demandSafe } from '../server/production.ts';
import { settingsOf, withSettings } from './flags.ts';
import { giveBackMemory } from './giveback.ts';
import { stopAsked } from './signal.ts';
import { ensureWeb } from './web.ts';

export function upCommand(program: Command): void {
  withSettings(
    program
      .command('up')
      .description('Starts Arcos, and serves until Ctrl-C. The log goes to standard output.')
      .option('--production', 'refuse to start while a setting is unsafe, and name each'),
  ).action(async (flags: Record<string, unknown>) => {
    const here = existsSync('arcos.toml') ? { city: '.' } : {};
    const settings = settingsOf(flags, here);
    if (flags['production'] === true) demandSafe(settings);
    const { openLog } = await import('../server/log.ts');
    const { startServer } = await import('../server/server.ts');
    await ensureWeb();
    const stop = stopAsked();
    const log = openLog(settings.logLevel);
    const server = await startServer({
      settings,
      openLog: () => log,
      onStarted: (part) => log.info(`started: ${part}`),
    });
    log.info('Arcos is up', {
      portal: `${server.origin}/`,
      console: `${server.origin}/console`,
      administratorKey: join(server.state.keys, 'administrador.key'),
    });
    // Not in the log, which others may read.
    if (server.welcome !== undefined)
      process.stderr.write(`Choose the administrator's password here, once: ${server.welcome}\n`);
    giveBackMemory();
    await stop;
    log.info('stopping');
    await server.stop();
  });
}
