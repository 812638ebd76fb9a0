import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { httpClient } from '../base/http.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

interface Flags extends ConnectionFlags {
  readonly agency?: string;
  readonly name?: string;
  readonly since?: string;
  readonly until?: string;
  readonly after?: string;
}

export function auditCommand(program: Command): void {
  const command = program
    .command('audit')
    .description('The log of who did what, as JSON lines on standard output.')
    .argument('<verb>', 'export')
    .option('--agency <name>', 'only what its principals did, or was done to its things')
    .option('--name <principal>', 'only what one did')
    .option('--since <time>', 'such as 2026-01-31T00:00:00Z')
    .option('--until <time>', 'what is before that')
    .option('--after <id>', 'only entries behind that one');
  withConnection(command).action(async (verb: string, flags: Flags) => {
    if (verb !== 'export') command.error(`arcos audit: there is no "${verb}", only export`);
    const { agency, name, since, until, after } = flags;
    const query = { agency, name, since, until, after };
    const { body } = await httpClient(connectionOf(flags)).send('/api/audit', { query });
    if (body !== null) await pipeline(body, process.stdout, { end: false });
  });
}
