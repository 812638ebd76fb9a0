import { type Command, Option } from 'commander';
import { ArcosError } from '../base/errors.ts';
import { type HttpClient, httpClient } from '../base/http.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { datasetIn, type Mode, modeOption, modesOf, projectOption } from './mode.ts';

interface DatasetFlags extends ConnectionFlags {
  readonly project: string;
  readonly mode: Mode | 'all';
  readonly description?: string;
  readonly ifExists: 'raise' | 'pass' | 'replace' | 'update';
}

/** The verbs of the basedosdados CLI 1.6, with the same meaning. */
export function datasetCommand(program: Command): void {
  const dataset = program.command('dataset').description('Makes, changes and removes datasets.');
  const verb = (name: string, description: string) =>
    withConnection(projectOption(dataset.command(name).description(description)));

  modeOption(verb('create <dataset>', 'Makes a dataset and its staging twin.'), 'all')
    .option('--description <text>', 'what is in it')
    .addOption(
      new Option('--if-exists <what>', 'what to do about one that is there')
        .choices(['raise', 'pass', 'replace', 'update'])
        .default('raise'),
    )
    .action(async (name: string, flags: DatasetFlags) => {
      const http = bigQuery(flags);
      for (const mode of modesOf(flags.mode)) await create(http, flags, datasetIn(name, mode));
    });

  modeOption(verb('update <dataset>', 'Changes the description.'), 'all')
    .requiredOption('--description <text>', 'what is in it')
    .action(async (name: string, flags: DatasetFlags) => {
      for (const mode of modesOf(flags.mode)) await describe(bigQuery(flags), flags, datasetIn(name, mode));
    });

  modeOption(verb('delete <dataset>', 'Removes it with its tables; files in the lake stay.'), 'all').action(
    async (name: string, flags: DatasetFlags) => {
      for (const mode of modesOf(flags.mode))
        await removeDataset(bigQuery(flags), flags.project, datasetIn(name, mode));
    },
  );

  modeOption(verb('exists <dataset>', 'Says true or false.'), 'staging').action(
    async (name: string, flags: DatasetFlags) => {
      const found = await Promise.all(
        modesOf(flags.mode).map((mode) => exists(bigQuery(flags), datasetPath(flags.project, datasetIn(name, mode)))),
      );
      process.stdout.write(`${found.every(Boolean)}\n`);
    },
  );

  verb('list', 'Lists the datasets of a project.').action(async (flags: DatasetFlags) => {
    const { datasets = [] } = await bigQuery(flags).json<{ datasets?: { datasetReference: { datasetId: string } }[] }>(
      `/projects/${encodeURIComponent(flags.project)}/datasets`,
    );
    process.stdout.write(datasets.map(({ datasetReference }) => `${datasetReference.datasetId}\n`).join(''));
  });

  verb('publicize <dataset>', 'Lets whoever has logged in read the dataset; staging stays closed.').action(
    async (name: string, flags: DatasetFlags) => {
      await publicize(bigQuery(flags), datasetPath(flags.project, name));
      process.stdout.write(`${flags.project}.${name} can be read by whoever has logged in\n`);
    },
  );
}

/** BigQuery's REST API of the server. */
export function bigQuery(flags: ConnectionFlags): HttpClient {
  const { baseUrl, key } = connectionOf(flags);
  return httpClient({ baseUrl: `${baseUrl}/bigquery/v2`, key });
}

export const datasetPath = (project: string, dataset: string) =>
  `/projects/${encodeURIComponent(project)}/datasets/${encodeURIComponent(dataset)}`;

/** Whether there is such a dataset or table. */
export function exists(http: HttpClient, path: string): Promise<boolean> {
  return http.send(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ArcosError && error.code === 'NOT_FOUND') return false;
      throw error;
    },
  );
}

async function create(http: HttpClient, flags: DatasetFlags, dataset: string): Promise<void> {
  const { project, ifExists, description } = flags;
  const path = datasetPath(project, dataset);
  if (await exists(http, path)) {
    if (ifExists === 'pass') return;
    if (ifExists === 'update') return describe(http, flags, dataset);
    if (ifExists === 'raise') {
      throw new ArcosError('CONFLICT', `There is a dataset ${project}.${dataset} already`, {
        hint: 'Say with --if-exists what to do about it: pass, update or replace.',
      });
    }
    await removeDataset(http, project, dataset);
  }
  const json = {
    datasetReference: { projectId: project, datasetId: dataset },
    ...(description === undefined ? {} : { description }),
  };
  await http.json(`/projects/${encodeURIComponent(project)}/datasets`, { method: 'POST', json });
  process.stdout.write(`${project}.${dataset} is made\n`);
}

async function describe(http: HttpClient, { project, description }: DatasetFlags, dataset: string): Promise<void> {
  await http.json(datasetPath(project, dataset), { method: 'PATCH', json: { description } });
  process.stdout.write(`${project}.${dataset} is changed\n`);
}

async function publicize(http: HttpClient, path: string): Promise<void> {
  const { access } = await http.json<{ access?: readonly object[] }>(path);
  if (access === undefined) {
    throw new ArcosError('DENIED', 'Only an administrator says who may read a dataset');
  }
  const everyone = ['roles/bigquery.dataViewer', 'roles/bigquery.metadataViewer'].map((role) => ({
    role,
    iamMember: 'allUsers',
  }));
  await http.json(path, { method: 'PATCH', json: { access: [...access, ...everyone] } });
}

async function removeDataset(http: HttpClient, project: string, dataset: string): Promise<void> {
  const path = datasetPath(project, dataset);
  if (!(await exists(http, path))) return;
  await http.send(path, { method: 'DELETE', query: { deleteContents: true } });
  process.stdout.write(`${project}.${dataset} is removed\n`);
}
