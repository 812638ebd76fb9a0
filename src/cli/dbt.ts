import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { stopAsked } from './signal.ts';

export function dbtCommand(program: Command): void {
  const command = program
    .command('dbt')
    .description('dbt, over a project on this machine and the tables of a server: run, test, build and the others.')
    .argument('<words...>', 'command, selection and options as for dbt')
    .allowUnknownOption();
  withConnection(command).action(async (words: string[], flags: ConnectionFlags) => {
    const { dbt } = await import('../models/dbt/dbt.ts');
    const stop = new AbortController();
    void stopAsked().then(() => stop.abort());
    process.exitCode = await dbt({
      words,
      directory: process.cwd(),
      environment: process.env,
      async fallback(folder) {
        const city = cityAbove(folder);
        if (city === undefined) return undefined;
        const { readCity } = await import('../server/city.ts');
        const found = Object.entries(readCity(city).namespaces).find(
          ([, { models }]) => models !== undefined && resolve(city, models) === folder,
        );
        if (found === undefined) return undefined;
        const [name, { project }] = found;
        return { name: 'dev', project, dataset: name.replaceAll('-', '_'), threads: 2 };
      },
      async warehouse() {
        const { warehouseClient } = await import('../warehouse/client.ts');
        return warehouseClient(connectionOf(flags));
      },
      write: (text) => process.stdout.write(text),
      signal: stop.signal,
    });
  });
}

/** The nearest folder above that is a city's. */
function cityAbove(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'arcos.toml'))) return at;
    if (dirname(at) === at) return undefined;
  }
}
