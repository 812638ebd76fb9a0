import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { ArcosError } from '../base/errors.ts';
import { httpClient } from '../base/http.ts';
import { lakeClient } from '../lake/client.ts';
import type { ObjectInfo, ObjectStore } from '../lake/port.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { bothSpellings } from './mode.ts';

/** Top folders of a bucket, as basedosdados has them. */
const MODES = ['raw', 'staging', 'header', 'auxiliary_files', 'architecture'];

interface StorageFlags extends ConnectionFlags {
  readonly bucket: string;
  readonly mode: string;
  readonly path: string;
  readonly partitions?: string;
  readonly ifExists: 'raise' | 'pass' | 'replace';
  readonly filename: string;
  readonly savepath: string;
  readonly ifNotExists: 'raise' | 'pass';
  readonly notFoundOk?: true;
  readonly sourceBucket: string;
  readonly newTable?: string;
}

/** The verbs of the basedosdados CLI 1.6, with the same meaning: files of a table, as they are. */
export function storageCommand(program: Command): void {
  const storage = program.command('storage').description('Moves files of tables into buckets and out of them.');
  const verb = (name: string, description: string) =>
    withConnection(
      storage
        .command(name)
        .description(description)
        .requiredOption('--bucket <name>', 'the bucket', process.env['ARCOS_PROJECT']),
    );
  const mode = () => new Option('--mode <folder>', 'the top folder').choices(MODES).default('staging');
  const partitions = ['--partitions <key=value/...>', 'the folders of a partition'] as const;

  verb('init', 'Makes the bucket, unless it is there.')
    .requiredOption('--project <name>', 'the project it belongs to', process.env['ARCOS_PROJECT'])
    .action(async ({ project, bucket, ...flags }: StorageFlags & { project: string }) => {
      const http = httpClient(connectionOf(flags));
      await http
        .json('/storage/v1/b', { method: 'POST', query: { project }, json: { name: bucket } })
        .catch((error: unknown) => {
          if (!(error instanceof ArcosError && error.code === 'CONFLICT')) throw error;
        });
    });

  verb('upload <dataset> <table>', 'Uploads a file, or all of a folder.')
    .requiredOption('--path <path>', 'the file or folder')
    .addOption(mode())
    .option(...partitions)
    .addOption(
      new Option('--if-exists <what>', 'what to do about a file that is there')
        .choices(['raise', 'pass', 'replace'])
        .default('raise'),
    )
    .action(upload);

  verb('download <dataset> <table>', 'Downloads files into the folders they have in the bucket.')
    .option('--filename <name>', 'just this file; * is all', '*')
    .option('--savepath <folder>', 'where to', '.')
    .addOption(mode())
    .option(...partitions)
    .addOption(
      new Option('--if-not-exists <what>', 'what to do without files').choices(['raise', 'pass']).default('raise'),
    )
    .action(download);

  verb('delete-table <dataset> <table>', 'Removes all files of a table.')
    .addOption(mode())
    .option('--not-found-ok', 'without files there is nothing to do')
    .action(async (dataset: string, table: string, flags: StorageFlags) => {
      const lake = lakeClient(connectionOf(flags));
      const prefix = `${flags.mode}/${dataset}/${table}/`;
      const objects = await filesOf(lake, flags.bucket, prefix, flags.notFoundOk === true);
      await lake.commit({ bucket: flags.bucket, copy: [], clear: [prefix] }).catch(async (error: unknown) => {
        if (!(error instanceof ArcosError && error.code === 'TOO_LARGE')) throw error;
        for (const { name } of objects) await lake.remove({ bucket: flags.bucket, name });
      });
      process.stdout.write(`${objects.length} files are removed\n`);
    });

  verb('copy-table <dataset> <table>', 'Copies all files of a table from another bucket, or to another name.')
    .requiredOption('--source-bucket <name>', 'where from')
    .addOption(mode())
    .option('--new-table <name>', 'the name it gets')
    .action(async (dataset: string, table: string, flags: StorageFlags) => {
      const connection = connectionOf(flags);
      const from = `${flags.mode}/${dataset}/${table}/`;
      const to = `${flags.mode}/${dataset}/${flags.newTable ?? table}/`;
      const objects = await filesOf(lakeClient(connection), flags.sourceBucket, from, false);
      const [source, target] = [flags.sourceBucket, flags.bucket].map(encodeURIComponent);
      for (const { name } of objects) {
        const name2 = encodeURIComponent(to + name.slice(from.length));
        await httpClient(connection).send(
          `/storage/v1/b/${source}/o/${encodeURIComponent(name)}/rewriteTo/b/${target}/o/${name2}`,
          { method: 'POST' },
        );
      }
      process.stdout.write(`${objects.length} files are copied\n`);
    });
  bothSpellings(storage);
}

async function upload(dataset: string, table: string, flags: StorageFlags): Promise<void> {
  const { path, bucket, ifExists } = flags;
  const lake = lakeClient(connectionOf(flags));
  const about = await stat(path).catch(() => {
    throw new ArcosError('NOT_FOUND', `There is no ${path}`);
  });
  const names = about.isDirectory()
    ? (await readdir(path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [path];
  const prefix = `${flags.mode}/${dataset}/${table}/${folderOf(flags.partitions)}`;
  const files = names.map((file) => ({
    file,
    name: prefix + (about.isDirectory() ? file.slice(join(path, sep).length).replaceAll(sep, '/') : basename(file)),
  }));
  const there = new Set((await filesOf(lake, bucket, prefix, true)).map(({ name }) => name));
  const taken = files.find(({ name }) => there.has(name));
  // Looked at before the first file goes up.
  if (taken !== undefined && ifExists === 'raise') {
    throw new ArcosError('CONFLICT', `There is a file ${bucket}/${taken.name} already`, {
      hint: 'Say with --if-exists what to do about it: pass or replace.',
    });
  }
  for (const { file, name } of files) {
    if (there.has(name) && ifExists === 'pass') continue;
    await lake.write({ bucket, name }, createReadStream(file));
    process.stdout.write(`${bucket}/${name}\n`);
  }
}

async function download(dataset: string, table: string, flags: StorageFlags): Promise<void> {
  const lake = lakeClient(connectionOf(flags));
  const prefix = `${flags.mode}/${dataset}/${table}/${folderOf(flags.partitions)}`;
  const objects = await filesOf(lake, flags.bucket, prefix, flags.ifNotExists === 'pass');
  const wanted = objects.filter(({ name }) => flags.filename === '*' || basename(name) === flags.filename);
  if (wanted.length === 0 && flags.ifNotExists === 'raise') throw noFiles(flags.bucket, prefix + flags.filename);
  const root = resolve(flags.savepath);
  for (const { bucket, name } of wanted) {
    const path = resolve(root, name);
    // A bucket's names are its writers' choice.
    if (!path.startsWith(root + sep)) throw new ArcosError('INVALID', `${name} would leave ${flags.savepath}`);
    await mkdir(dirname(path), { recursive: true });
    await pipeline((await lake.read({ bucket, name })).content, createWriteStream(path));
    process.stdout.write(`${path}\n`);
  }
}

const folderOf = (partitions = '') => (partitions === '' ? '' : `${partitions.replace(/\/+$/, '')}/`);

async function filesOf(lake: ObjectStore, bucket: string, prefix: string, mayLack: boolean): Promise<ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  let pageToken: string | undefined;
  do {
    const page = await lake.list({ bucket, prefix, ...(pageToken === undefined ? {} : { pageToken }) });
    objects.push(...page.objects);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  if (objects.length === 0 && !mayLack) throw noFiles(bucket, prefix);
  return objects;
}

function noFiles(bucket: string, prefix: string): ArcosError {
  return new ArcosError('NOT_FOUND', `There are no files at ${bucket}/${prefix}`);
}
