import type { Command } from 'commander';
import { httpClient } from '../base/http.ts';
import type { MaintenanceReport } from '../warehouse/maintenance.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

interface Flags extends ConnectionFlags {
  readonly dryRun?: boolean;
  readonly keepDays: string;
}

export function warehouseCommand(program: Command): void {
  const command = program
    .command('warehouse')
    .description('Keeps the tables in order: what has expired goes, small files become large ones.')
    .argument('<verb>', 'maintain')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--keep-days <days>', 'how far back tables can be read as they were', '7');
  withConnection(command).action(async (verb: string, flags: Flags) => {
    if (verb !== 'maintain') command.error(`arcos warehouse: there is no "${verb}", only maintain`);
    const report = await httpClient(connectionOf(flags)).json<MaintenanceReport>('/api/warehouse/maintenance', {
      method: 'POST',
      json: { dryRun: flags.dryRun === true, keepDays: Number(flags.keepDays) },
    });
    process.stdout.write(`${lines(report).join('\n')}\n`);
  });
}

function lines({ dryRun, ...report }: MaintenanceReport): string[] {
  const named = (what: string, names: readonly string[]) =>
    `${what}: ${names.length === 0 ? 'none' : names.join(', ')}`;
  return [
    ...(dryRun ? ['nothing was done; this would be:'] : []),
    named('tables that expired', report.expiredTables),
    named('tables with partitions that expired', report.expiredPartitions),
    named('tables whose files were put together', report.compacted),
    `states of the past that went: ${report.expiredSnapshots}`,
    `files that no state needed: ${report.removedFiles}`,
    `files that killed work had left: ${report.orphans}`,
  ];
}
