import { type Command, Option } from 'commander';
import { ArcosError } from '../base/errors.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { bigQuery, datasetPath, exists } from './dataset.ts';
import { datasetIn, type Mode, modeOption, modesOf, projectOption } from './mode.ts';

interface TableFlags extends ConnectionFlags {
  readonly project: string;
  readonly mode: Mode | 'all';
  readonly path: string;
  readonly partitions?: string;
  readonly description: string;
  readonly ifExists: 'raise' | 'pass' | 'replace';
}

/** The verbs of the basedosdados CLI 1.6, with the same meaning. */
export function tableCommand(program: Command): void {
  const table = program.command('table').description('Makes, fills, publishes and removes tables.');
  const verb = (name: string, description: string) =>
    withConnection(projectOption(table.command(`${name} <dataset> <table>`).description(description)));
  const ifExists = () =>
    new Option('--if-exists <what>', 'what to do about one that is there')
      .choices(['raise', 'pass', 'replace'])
      .default('raise');

  verb('create', 'Uploads files as the staging table, in place of what is there.')
    .requiredOption('--path <path>', 'a file, a folder or a ZIP archive')
    .addOption(ifExists())
    .action(async (dataset: string, name: string, flags: TableFlags) => {
      const there = await exists(bigQuery(flags), tablePath(flags.project, datasetIn(dataset, 'staging'), name));
      if (there && flags.ifExists === 'pass') return;
      if (there && flags.ifExists === 'raise') throw conflict(`${flags.project}.${dataset}_staging.${name}`);
      await stage(dataset, name, flags, 'overwrite');
    });

  verb('append', 'Adds the rows of files to the staging table; the same file again adds nothing.')
    .requiredOption('--path <path>', 'a file, a folder or a ZIP archive')
    .option('--partitions <key=value/...>', 'the partition the files are of')
    .action(async (dataset: string, name: string, flags: TableFlags) => {
      if (!(await exists(bigQuery(flags), tablePath(flags.project, datasetIn(dataset, 'staging'), name)))) {
        throw new ArcosError('NOT_FOUND', `There is no ${flags.project}.${dataset}_staging.${name} to add to`, {
          hint: 'Make it first: arcos table create.',
        });
      }
      await stage(dataset, name, flags, 'append');
    });

  modeOption(verb('update', 'Changes the description.'), 'prod')
    .requiredOption('--description <text>', 'what is in it')
    .action(async (dataset: string, name: string, { description, ...flags }: TableFlags) => {
      for (const mode of modesOf(flags.mode)) {
        const path = tablePath(flags.project, datasetIn(dataset, mode), name);
        await bigQuery(flags).json(path, { method: 'PATCH', json: { description } });
      }
    });

  verb('publish', 'Makes a view of the staging table, under the same name in the dataset.')
    .addOption(ifExists())
    .action(publish);

  modeOption(verb('delete', 'Removes it; files in the lake stay.'), 'all').action(
    async (dataset: string, name: string, flags: TableFlags) => {
      const http = bigQuery(flags);
      for (const mode of modesOf(flags.mode)) {
        const path = tablePath(flags.project, datasetIn(dataset, mode), name);
        if (await exists(http, path)) await http.send(path, { method: 'DELETE' });
      }
    },
  );

  modeOption(verb('exists', 'Says true or false.'), 'staging').action(
    async (dataset: string, name: string, flags: TableFlags) => {
      const paths = modesOf(flags.mode).map((mode) => tablePath(flags.project, datasetIn(dataset, mode), name));
      const found = await Promise.all(paths.map((path) => exists(bigQuery(flags), path)));
      process.stdout.write(`${found.every(Boolean)}\n`);
    },
  );

  verb('get', 'Prints the columns, their types and descriptions.').action(
    async (dataset: string, name: string, flags: TableFlags) => {
      const { textTable } = await import('./texttable.ts');
      const fields = await fieldsOf(flags, dataset, name);
      const rows = fields.map((field) => [field.name, field.type, field.description ?? '']);
      process.stdout.write(`${textTable([['column', 'type', 'description'], ...rows])}\n`);
    },
  );

  modeOption(
    withConnection(projectOption(table.command('list <dataset>').description('Lists the tables of a dataset.'))),
    'prod',
  ).action(async (dataset: string, flags: TableFlags) => {
    for (const mode of modesOf(flags.mode)) {
      const list = await bigQuery(flags).json<{ tables?: { tableReference: { tableId: string } }[] }>(
        `${datasetPath(flags.project, datasetIn(dataset, mode))}/tables`,
      );
      process.stdout.write((list.tables ?? []).map(({ tableReference }) => `${tableReference.tableId}\n`).join(''));
    }
  });
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
}

const tablePath = (project: string, dataset: string, table: string) =>
  `${datasetPath(project, dataset)}/tables/${encodeURIComponent(table)}`;

async function fieldsOf(flags: TableFlags, dataset: string, table: string): Promise<readonly Field[]> {
  const { schema } = await bigQuery(flags).json<{ schema?: { fields?: readonly Field[] } }>(
    tablePath(flags.project, dataset, table),
  );
  return schema?.fields ?? [];
}

function conflict(table: string): ArcosError {
  return new ArcosError('CONFLICT', `There is a table ${table} already`, {
    hint: 'Say with --if-exists what to do about it: pass or replace.',
  });
}

async function stage(dataset: string, table: string, flags: TableFlags, mode: 'append' | 'overwrite'): Promise<void> {
  const { uploadPath } = await import('./upload.ts');
  const { project, path, partitions } = flags;
  const within = partitions === undefined ? {} : { within: partitions };
  await uploadPath(connectionOf(flags), { path, project, dataset, table, mode, ...within });
}

async function publish(dataset: string, name: string, flags: TableFlags): Promise<void> {
  const { project } = flags;
  const there = await exists(bigQuery(flags), tablePath(project, dataset, name));
  if (there && flags.ifExists === 'pass') return;
  if (there && flags.ifExists === 'raise') throw conflict(`${project}.${dataset}.${name}`);
  const fields = await fieldsOf(flags, datasetIn(dataset, 'staging'), name);
  const { warehouseClient } = await import('../warehouse/client.ts');
  const client = warehouseClient(connectionOf(flags));
  await client.ensureDataset(project, dataset);
  const columns = fields.map((field) => `\`${field.name}\``).join(', ');
  const from = `\`${project}.${dataset}_staging.${name}\``;
  await client.query({
    sql: `CREATE OR REPLACE VIEW \`${project}.${dataset}.${name}\` AS SELECT ${columns} FROM ${from}`,
    project,
  });
  process.stdout.write(`${project}.${dataset}.${name} is a view of ${dataset}_staging.${name}\n`);
}
