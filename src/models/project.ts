import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArcosError } from '../base/errors.ts';
import type { Fault } from '../base/fault.ts';
import { isMap, listOf, mapOf, readYaml, textOf, type YamlMap } from './yaml.ts';

/** What a file of a project is, which follows from its folder and ending. */
export type FileKind = 'model' | 'seed' | 'snapshot' | 'test' | 'macro' | 'analysis' | 'schema' | 'docs' | 'fixture';

export interface ProjectFile {
  readonly kind: FileKind;
  /** Below the resource's own folder, with `/`: `dataset/table.sql`. */
  readonly path: string;
  /** Below the package's folder: `models/dataset/table.sql`. */
  readonly file: string;
  readonly text: string;
}

/** A dbt project: the one asked for, or a package it uses. */
export interface ProjectPackage {
  readonly name: string;
  readonly directory: string;
  /** dbt_project.yml as written: its templates are not rendered yet. */
  readonly settings: YamlMap;
  readonly files: readonly ProjectFile[];
}

/** Everything read from disk, before anything of it is understood. */
export interface ProjectFiles {
  readonly root: ProjectPackage;
  /** The root first, then its packages, each after those that name it. */
  readonly packages: readonly ProjectPackage[];
  readonly faults: readonly Fault[];
}

interface Folder {
  readonly keys: readonly string[];
  readonly fallback: readonly string[];
  readonly kinds: Readonly<Record<string, FileKind>>;
}

const SCHEMA = { '.yml': 'schema', '.yaml': 'schema', '.md': 'docs' } as const;

/** The folders of a project by the settings that name them, the older name last. */
const FOLDERS: readonly Folder[] = [
  { keys: ['model-paths', 'source-paths'], fallback: ['models'], kinds: { '.sql': 'model', ...SCHEMA } },
  { keys: ['seed-paths', 'data-paths'], fallback: ['seeds', 'data'], kinds: { '.csv': 'seed', ...SCHEMA } },
  { keys: ['snapshot-paths'], fallback: ['snapshots'], kinds: { '.sql': 'snapshot', ...SCHEMA } },
  { keys: ['macro-paths'], fallback: ['macros'], kinds: { '.sql': 'macro', '.jinja': 'macro', ...SCHEMA } },
  { keys: ['analysis-paths'], fallback: ['analyses', 'analysis'], kinds: { '.sql': 'analysis', ...SCHEMA } },
  { keys: ['test-paths'], fallback: ['tests'], kinds: { '.sql': 'test', '.csv': 'fixture', ...SCHEMA } },
];

/** The macros that every project builds on. */
const BUILTIN = fileURLToPath(new URL('./builtin', import.meta.url));

/** Reads the project at `directory` and the packages it uses. Throws NOT_FOUND where there is no project. */
export async function readProject(
  directory: string,
  { confined = false }: { readonly confined?: boolean } = {},
): Promise<ProjectFiles> {
  const faults: Fault[] = [];
  const packages = new Map<string, ProjectPackage>();
  const seen = new Set<string>();
  const queue = [resolve(directory), BUILTIN];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (confined && next !== BUILTIN && !isWithin(resolve(directory), next)) {
      faults.push(outside(relative(resolve(directory), next)));
      continue;
    }
    const read = readPackage(next, resolve(directory), faults, confined);
    if (read === undefined) continue;
    const known = packages.get(read.name);
    if (known !== undefined) {
      faults.push({
        code: 'models/package-twice',
        severity: 'error',
        message: `Two packages are called "${read.name}": ${known.directory} and ${read.directory}`,
        hint: 'Give one of them another name in its dbt_project.yml.',
      });
      continue;
    }
    packages.set(read.name, read);
    queue.push(...packageDirectories(next, faults));
  }
  const [root] = packages.values();
  if (root === undefined) {
    throw new ArcosError('INVALID', faults[0]?.message ?? `${directory} holds no dbt project`, { data: { faults } });
  }
  return { root, packages: [...packages.values()], faults };
}

function readPackage(directory: string, root: string, faults: Fault[], confined: boolean): ProjectPackage | undefined {
  const file = join(directory, 'dbt_project.yml');
  const text = readText(file);
  if (text === undefined) {
    throw new ArcosError('NOT_FOUND', `There is no dbt project in ${directory}`, {
      hint: 'The folder must hold a dbt_project.yml.',
    });
  }
  const yaml = readYaml(text, 'dbt_project.yml');
  faults.push(...yaml.faults);
  const settings = mapOf(yaml.value);
  const name = textOf(settings['name']);
  if (name === undefined || !/^\w+$/.test(name)) {
    if (yaml.faults.length > 0) return undefined;
    faults.push({
      code: 'models/project-name',
      severity: 'error',
      message: name === undefined ? 'The project has no name' : `"${name}" cannot be a project's name`,
      ...yaml.at(['name']),
      hint: 'Write "name: my_project" with letters, digits and underscores.',
    });
    return undefined;
  }
  const away = FOLDERS.flatMap((folder) => pathsOf(folder, settings)).find(
    (path) => confined && !isWithin(directory, resolve(directory, path)),
  );
  if (away !== undefined) {
    faults.push(outside(away));
    return undefined;
  }
  const files = new Map<string, ProjectFile>();
  const inRoot = resolve(directory) === root;
  for (const file of FOLDERS.flatMap((folder) => readFolder(directory, folder, settings))) {
    const known = files.get(file.file);
    files.set(file.file, known ?? file);
    // Schema files may stand in several of the folders' trees; what is defined twice was meant once.
    if (known === undefined || known.kind !== file.kind || !inRoot || file.kind === 'schema' || file.kind === 'docs')
      continue;
    faults.push({
      code: 'models/file-twice',
      severity: 'warning',
      message: `${file.file} is in two of the project's paths`,
      ...yaml.at([]),
      hint: 'It is read once. Name each folder in one of model-paths, macro-paths, test-paths and the others.',
    });
  }
  return { name, directory, settings, files: [...files.values()].sort(byFile) };
}

/** In one order on every machine. */
const byFile = (a: ProjectFile, b: ProjectFile) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0);

/**
 * Read one after the other by this thread: several thousand small files are read so in a fifth of the time that the thread
 * pool takes.
 */
function readFolder(directory: string, folder: Folder, settings: YamlMap): ProjectFile[] {
  return pathsOf(folder, settings).flatMap((path) => {
    const files: ProjectFile[] = [];
    const walk = (below: string) => {
      for (const entry of entriesOf(join(directory, path, below))) {
        const inner = below === '' ? entry.name : `${below}/${entry.name}`;
        if (entry.isDirectory()) walk(inner);
        const kind = folder.kinds[/\.\w+$/.exec(entry.name)?.[0] ?? ''];
        if (kind === undefined || !(entry.isFile() || entry.isSymbolicLink())) continue;
        const text = unlessMissing(() => readFileSync(join(directory, path, inner), 'utf8'), undefined);
        if (text === undefined) continue;
        files.push({
          kind: kind === 'test' ? kindOfTest(inner) : kind,
          path: inner,
          file: posix.join(path, inner),
          text,
        });
      }
    };
    walk('');
    return files;
  });
}

/** What stands in tests/generic/ defines tests, as macros do; in tests/fixtures/ are rows for unit tests. */
function kindOfTest(path: string): FileKind {
  return path.startsWith('generic/') ? 'macro' : path.startsWith('fixtures/') ? 'fixture' : 'test';
}

function pathsOf(folder: Folder, settings: YamlMap): readonly string[] {
  const named = folder.keys.map((key) => settings[key]).find((value) => value !== undefined);
  return named === undefined ? folder.fallback : listOf(named).map(String);
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function outside(path: string): Fault {
  return {
    code: 'models/outside',
    severity: 'error',
    message: `"${path}" is outside of the project`,
    hint: 'A published project has its packages and folders within it.',
  };
}

function entriesOf(folder: string): Dirent[] {
  return unlessMissing(() => readdirSync(folder, { withFileTypes: true }), []);
}

/** Folders of the packages a project names: those beside it, and those that were installed into it. */
function packageDirectories(directory: string, faults: Fault[]): string[] {
  const directories: string[] = [];
  const installed = installedPackages(directory);
  for (const name of ['packages.yml', 'dependencies.yml']) {
    const text = readText(join(directory, name));
    if (text === undefined) continue;
    const yaml = readYaml(text, name);
    faults.push(...yaml.faults);
    for (const [index, entry] of listOf(mapOf(yaml.value)['packages']).entries()) {
      const local = isMap(entry) ? textOf(entry['local']) : undefined;
      if (local !== undefined) {
        const path = resolve(directory, local);
        if (readText(join(path, 'dbt_project.yml')) !== undefined) directories.push(path);
        else {
          faults.push({
            code: 'models/package-missing',
            severity: 'error',
            message: `There is no dbt project in "${local}"`,
            ...yaml.at(['packages', index, 'local']),
            hint: 'The path is read from the folder of this file.',
          });
        }
        continue;
      }
      const wanted = isMap(entry) ? textOf(entry['package'] ?? entry['git'] ?? entry['tarball']) : undefined;
      if (wanted === undefined) continue;
      const name = basename(wanted).replace(/\.git$/, '');
      // A repository's or archive's folder has its project's name, which is not written here.
      const byAddress = isMap(entry) && entry['package'] === undefined;
      if (installed.some((path) => basename(path) === name || byAddress)) continue;
      faults.push({
        code: 'models/package-missing',
        severity: 'error',
        message: `The package "${wanted}" is not installed`,
        ...yaml.at(['packages', index]),
        hint: 'Run "arcos dbt deps", which installs it in dbt_packages/.',
      });
    }
  }
  directories.push(...installed);
  return directories;
}

/** Folders that "deps" made, of today's dbt and of that before 1.0. */
function installedPackages(directory: string): string[] {
  const found: string[] = [];
  for (const folder of ['dbt_packages', 'dbt_modules']) {
    const names = entriesOf(join(directory, folder)).map(({ name }) => name);
    for (const name of names.sort()) {
      const path = join(directory, folder, name);
      if (readText(join(path, 'dbt_project.yml')) !== undefined) found.push(path);
    }
  }
  return found;
}

function readText(path: string): string | undefined {
  return unlessMissing(() => readFileSync(path, 'utf8'), undefined);
}

function unlessMissing<Result, Otherwise>(read: () => Result, otherwise: Otherwise): Result | Otherwise {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return otherwise;
    throw error;
  }
}
