import { posix } from 'node:path';
import { type ImportOf, readModule } from './imports.ts';

export interface SourceFile {
  /** From the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A row of the room table in ARCHITECTURE.md. */
export interface Room {
  readonly name: string;
  /** Folder of the room: `src/sql`, `web`. */
  readonly folder: string;
  /** Rooms it may import; for a pure room, packages too. */
  readonly imports: readonly string[];
  /** Knows no Node, no DOM, and no package that its row does not name. */
  readonly pure: boolean;
}

const TABLE = 'ARCHITECTURE.md';
const LONGEST = 500;
/** They put the others together, so they may reach into them. */
const COMPOSITION_ROOT = ['server', 'cli'];
const NAMELESS = ['utils', 'helpers', 'common', 'types'];
const CODE = /\.tsx?$/;
const TEST = /\.test\.tsx?$/;

/** The room table: rows whose first cell is a folder in code, `src/sql/` or `web/`. */
export function readRooms(architecture: string): Room[] {
  return [...architecture.matchAll(/^\| `((?:src\/)?([a-z]+))\/` \| ([^|]*) \| ([^|]*) \|$/gm)].map(
    ([, folder = '', name = '', what = '', imports = '']) => ({
      name,
      folder,
      imports: imports
        .split(',')
        .map((word) => word.trim())
        .filter((word) => /^[\w@]/.test(word)),
      pure: /\*\*pure\*\*/i.test(what),
    }),
  );
}

/** Everything in which the files are not what ARCHITECTURE.md says, as `file:line: what is wrong`. */
export function checkArchitecture(files: readonly SourceFile[]): string[] {
  const rooms = readRooms(files.find(({ path }) => path === TABLE)?.text ?? '');
  return [
    ...checkTable(rooms, files),
    ...rooms.flatMap((room) => checkProject(room, rooms, files)),
    ...files.flatMap((file) => checkFile(file, rooms)),
  ];
}

/** Every folder of src/ has a row, and every row a folder. */
function checkTable(rooms: readonly Room[], files: readonly SourceFile[]): string[] {
  const there = new Set(files.flatMap(({ path }) => /^(src\/[^/]+)\/./.exec(path)?.[1] ?? []));
  const missing = [...there].filter((folder) => !rooms.some((room) => room.folder === folder));
  const empty = rooms.filter(({ folder }) => !files.some(({ path }) => path.startsWith(`${folder}/`)));
  return [
    ...missing.map((folder) => `${TABLE}: the room table has no row for ${folder}/`),
    ...empty.map(({ folder }) => `${TABLE}: the room table has a row for ${folder}/, which is not there`),
  ];
}

interface TsConfig {
  readonly compilerOptions?: { readonly types?: readonly string[]; readonly lib?: readonly string[] };
  readonly references?: readonly { readonly path: string }[];
}

/** The room's tsconfig refers to the rooms of its row, so that the compiler refuses the others. */
function checkProject(room: Room, rooms: readonly Room[], files: readonly SourceFile[]): string[] {
  const path = `${room.folder}/tsconfig.json`;
  const text = files.find((file) => file.path === path)?.text;
  if (text === undefined) return [`${path}: is missing`];
  const { compilerOptions = {}, references = [] } = JSON.parse(text) as TsConfig;
  const referred = references.map(
    (reference) => roomAt(posix.join(room.folder, reference.path, 'x'), rooms)?.name ?? reference.path,
  );
  const listed = room.imports.filter((name) => rooms.some((other) => other.name === name));
  const faults: string[] = [];
  for (const name of referred)
    if (!listed.includes(name)) faults.push(`${path}: refers to ${name}, which ${TABLE} does not allow`);
  for (const name of listed)
    if (!referred.includes(name)) faults.push(`${path}: does not refer to ${name}, as ${TABLE} says`);
  const types = compilerOptions.types ?? baseTypes(files);
  if (room.pure && types.length > 0) faults.push(`${path}: a pure room has "types": []`);
  if (room.pure && compilerOptions.lib !== undefined) faults.push(`${path}: a pure room has no "lib" of its own`);
  return faults;
}

/** Of the file that every room's tsconfig extends. */
function baseTypes(files: readonly SourceFile[]): readonly string[] {
  const text = files.find(({ path }) => path === 'tsconfig.base.json')?.text ?? '{}';
  return (JSON.parse(text) as TsConfig).compilerOptions?.types ?? [];
}

function checkFile({ path, text }: SourceFile, rooms: readonly Room[]): string[] {
  const faults: string[] = [];
  const nameless = path
    .split('/')
    .slice(0, -1)
    .find((folder) => NAMELESS.includes(folder));
  if (nameless !== undefined) faults.push(`${path}: a folder called ${nameless} says nothing of what is in it`);
  if (!CODE.test(path)) return faults;
  const lines = text.trimEnd().split('\n').length;
  if (lines > LONGEST) faults.push(`${path}: has ${lines} lines; ${LONGEST} are the most`);
  const { imports, defaultExports } = readModule(path, text);
  if (!path.endsWith('.config.ts'))
    faults.push(...defaultExports.map(({ line }) => `${path}:${line}: a default export`));
  const room = roomAt(path, rooms);
  if (room === undefined) return faults;
  for (const imported of imports) {
    const fault = checkImport(path, imported, room, rooms);
    if (fault !== undefined) faults.push(`${path}:${imported.line}: ${fault}`);
  }
  return faults;
}

function checkImport(path: string, { specifier }: ImportOf, room: Room, rooms: readonly Room[]): string | undefined {
  if (!specifier.startsWith('.')) {
    if (!room.pure || TEST.test(path) || room.imports.includes(specifier)) return undefined;
    return `${room.name} is pure and may not import ${specifier}`;
  }
  const target = posix.join(posix.dirname(path), specifier);
  const other = roomAt(target, rooms);
  if (other === room) return undefined;
  if (other === undefined && TEST.test(path)) return undefined;
  if (other === undefined) return `leads out of the rooms, to ${target}`;
  if (!room.imports.includes(other.name)) return `${room.name} may not import ${other.name}`;
  if (posix.dirname(target) === other.folder || COMPOSITION_ROOT.includes(room.name)) return undefined;
  // A test puts real parts together too.
  if (TEST.test(path) && posix.dirname(target) === `${other.folder}/api`) return undefined;
  return `${posix.relative(other.folder, target)} is private to ${other.name}: only the files at a room's top are for others`;
}

function roomAt(path: string, rooms: readonly Room[]): Room | undefined {
  return rooms.find(({ folder }) => path.startsWith(`${folder}/`));
}
