import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

interface UploadFlags extends ConnectionFlags {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
  readonly mode: 'append' | 'overwrite' | 'overwrite_partition';
  readonly partition: readonly string[];
  readonly rename: Readonly<Record<string, string>>;
  readonly delimiter?: string;
  readonly encoding?: string;
  /** `--no-header` makes it false. */
  readonly header: boolean;
  readonly sheet?: string;
  readonly maxRejects: number;
  readonly dryRun?: true;
}

export function uploadCommand(program: Command): void {
  const command = program
    .command('upload')
    .description('Puts files into the lake as a staging table.')
    .argument('<path>', 'a file, a folder or a ZIP archive')
    .requiredOption('--project <name>', 'the project', process.env['ARCOS_PROJECT'])
    .requiredOption('--dataset <name>', 'the dataset; the table is in its twin <dataset>_staging')
    .requiredOption('--table <name>', 'the table')
    .addOption(
      new Option('--mode <mode>', 'what becomes of the rows that are there')
        .choices(['append', 'overwrite', 'overwrite_partition'])
        .default('append'),
    )
    .option('--partition <column...>', 'part the table by a column, or by the :year, :month or :day of one', [])
    .option('--rename <old=new>', 'the name that a column gets; can be there several times', renames, {})
    .option('--delimiter <character>', 'between fields; found out unless told')
    .option('--encoding <name>', 'of texts; found out unless told')
    .option('--no-header', 'the first line is a row already')
    .option('--sheet <name>', 'of a workbook; the first unless told')
    .option('--max-rejects <number>', 'rows that may be left out because they cannot be read', wholeNumber, 0)
    .option('--dry-run', 'say what would be done, and do nothing');
  withConnection(command).action(async (path: string, flags: UploadFlags) => {
    const { parsePartition } = await import('../ingest/file/datekeys.ts');
    const { server, keyFile, partition, header, delimiter, dryRun, ...options } = flags;
    await uploadPath(dryRun === true ? undefined : connectionOf(flags), {
      ...options,
      path,
      partitions: partition.map(parsePartition),
      renames: flags.rename,
      ...(delimiter === undefined ? {} : { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
      ...(header ? {} : { header }),
    });
  });
}

/** Plans, tells, and unless there is no connection carries out. */
export async function uploadPath(
  connection: { baseUrl: string; key: string } | undefined,
  options: import('../ingest/upload.ts').UploadOptions,
): Promise<void> {
  const { planUpload } = await import('../ingest/upload.ts');
  const { summarise } = await import('./uploadsummary.ts');
  const plan = await planUpload(options);
  try {
    process.stdout.write(summarise(plan));
    if (connection === undefined) {
      process.stdout.write('Nothing was uploaded.\n');
      return;
    }
    const { lakeClient } = await import('../lake/client.ts');
    const { warehouseClient } = await import('../warehouse/client.ts');
    const { progressBar } = await import('./progress.ts');
    const bar = progressBar(process.stderr);
    const target = { lake: lakeClient(connection), warehouse: warehouseClient(connection) };
    const { table, rows, objects } = await plan.run(target, bar.show).finally(bar.clear);
    process.stdout.write(`${table}: ${rows} rows in ${objects} files\n`);
  } finally {
    await plan.dispose();
  }
}

function renames(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as old=new.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}
