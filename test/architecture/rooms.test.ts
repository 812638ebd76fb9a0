import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkArchitecture, type SourceFile } from './rooms.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What git tracks or would: no build, no dependencies. */
function projectFiles(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  return listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

test('the files are what ARCHITECTURE.md says', () => {
  const files = projectFiles();
  expect(files.length).toBeGreaterThan(100);
  expect(checkArchitecture(files)).toEqual([]);
});

const TABLE = `
| room | what | may import |
|---|---|---|
| \`src/base/\` | what all stand on | nothing |
| \`src/sql/\` | **pure**: a language | base |
| \`src/store/\` | the store | base |
| \`src/server/\` | all put together | base, sql, store |
| \`web/\` | the console | base |
`;

const project = (types: readonly string[], ...references: string[]) =>
  JSON.stringify({ compilerOptions: { types }, references: references.map((path) => ({ path })) });

/** A tree in which all is well. */
const RIGHT: Readonly<Record<string, string>> = {
  'ARCHITECTURE.md': TABLE,
  'src/base/tsconfig.json': project(['node']),
  'src/base/errors.ts': 'export const NONE = 0;',
  'src/sql/tsconfig.json': project([], '../base'),
  'src/sql/lex.ts':
    "import { NONE } from '../base/errors.ts';\n// import 'node:fs'\nexport const lex = () => \"import x from 'zod'\" + NONE;",
  'src/sql/lex.test.ts':
    "import { readFileSync } from 'node:fs';\nimport { lex } from './lex.ts';\nimport { cases } from '../../test/conformance/cases.ts';\nreadFileSync(lex(cases));",
  'test/conformance/cases.ts': 'export const cases = [];',
  'src/store/tsconfig.json': project(['node'], '../base'),
  'src/store/store.ts':
    "import { readFile } from 'node:fs/promises';\nimport { connect } from './pg/connect.ts';\nexport const x = [readFile, connect];",
  'src/store/store.test.ts': "import { routes } from '../base/api/routes.ts';\nexport const x = routes;",
  'src/base/api/routes.ts': 'export const routes = 1;',
  'src/store/pg/connect.ts': "import pg from 'pg';\nexport const connect = pg;",
  'src/server/tsconfig.json': project(['node'], '../base', '../sql', '../store'),
  'src/server/server.ts': "export { connect } from '../store/pg/connect.ts';",
  'web/tsconfig.json': project([], '../src/base'),
  'web/src/main.tsx': "import { NONE } from '../../src/base/errors.ts';\nexport const Main = () => <p>{NONE}</p>;",
  'vitest.config.ts': 'export default {};',
};

function faultsWith(changes: Readonly<Record<string, string>>): string[] {
  return checkArchitecture(Object.entries({ ...RIGHT, ...changes }).map(([path, text]) => ({ path, text })));
}

test('a right tree has no faults', () => {
  expect(faultsWith({})).toEqual([]);
});

test.for<[string, Readonly<Record<string, string>>, string]>([
  [
    'an import against the direction',
    { 'src/base/errors.ts': "import { x } from '../store/store.ts';\nexport const y = x;" },
    'src/base/errors.ts:1: base may not import store',
  ],
  [
    'an export from a room that the table does not allow',
    { 'src/sql/lex.ts': "\nexport * from '../store/store.ts';" },
    'src/sql/lex.ts:2: sql may not import store',
  ],
  [
    'an import() of another room',
    { 'src/base/errors.ts': "export const late = () => import('../sql/lex.ts');" },
    'src/base/errors.ts:1: base may not import sql',
  ],
  [
    'an import inside a type',
    { 'src/base/errors.ts': "export type X = readonly import('../sql/lex.ts').Lex[];" },
    'src/base/errors.ts:1: base may not import sql',
  ],
  [
    'a test that reaches where its room may not',
    { 'src/sql/lex.test.ts': "import '../store/store.ts';" },
    'src/sql/lex.test.ts:1: sql may not import store',
  ],
  [
    'an import of what is private to another room',
    {
      'src/base/clock/system.ts': 'export const now = 0;',
      'src/store/store.ts': "import { now } from '../base/clock/system.ts';\nexport const x = now;",
    },
    "src/store/store.ts:1: clock/system.ts is private to base: only the files at a room's top are for others",
  ],
  [
    "an import of another room's api/ outside of a test",
    { 'src/store/store.ts': "import { routes } from '../base/api/routes.ts';\nexport const x = routes;" },
    "src/store/store.ts:1: api/routes.ts is private to base: only the files at a room's top are for others",
  ],
  [
    'an import from outside of the rooms',
    { 'src/store/store.ts': "import '../../test/support/postgres.ts';" },
    'src/store/store.ts:1: leads out of the rooms, to test/support/postgres.ts',
  ],
  [
    'Node in a pure room',
    { 'src/sql/lex.ts': "import { readFileSync } from 'node:fs';\nexport const lex = readFileSync;" },
    'src/sql/lex.ts:1: sql is pure and may not import node:fs',
  ],
  [
    'a package in a pure room',
    { 'src/sql/lex.ts': "export type { z } from 'zod';" },
    'src/sql/lex.ts:1: sql is pure and may not import zod',
  ],
  [
    "Node's types in a pure room",
    { 'src/sql/tsconfig.json': project(['node'], '../base') },
    'src/sql/tsconfig.json: a pure room has "types": []',
  ],
  [
    "Node's types in what a pure room extends",
    {
      'tsconfig.base.json': JSON.stringify({ compilerOptions: { types: ['node'] } }),
      'src/sql/tsconfig.json': JSON.stringify({ references: [{ path: '../base' }] }),
    },
    'src/sql/tsconfig.json: a pure room has "types": []',
  ],
  [
    'the DOM in a pure room',
    {
      'src/sql/tsconfig.json': JSON.stringify({ compilerOptions: { lib: ['DOM'] }, references: [{ path: '../base' }] }),
    },
    'src/sql/tsconfig.json: a pure room has no "lib" of its own',
  ],
  [
    'a reference that the table does not have',
    { 'src/sql/tsconfig.json': project([], '../base', '../store') },
    'src/sql/tsconfig.json: refers to store, which ARCHITECTURE.md does not allow',
  ],
  [
    'a row that the references do not follow',
    { 'src/store/tsconfig.json': project(['node']) },
    'src/store/tsconfig.json: does not refer to base, as ARCHITECTURE.md says',
  ],
  [
    'a room without a row',
    { 'src/portal/routes.ts': 'export const routes = [];' },
    'ARCHITECTURE.md: the room table has no row for src/portal/',
  ],
  [
    'a row without a room',
    { 'ARCHITECTURE.md': `${TABLE}| \`src/agent/\` | an agent | base |\n` },
    'ARCHITECTURE.md: the room table has a row for src/agent/, which is not there',
  ],
  [
    'a folder for anything',
    { 'src/store/utils/retry.ts': 'export const retry = 1;' },
    'src/store/utils/retry.ts: a folder called utils says nothing of what is in it',
  ],
  ['a default export', { 'src/store/store.ts': '\nexport default 1;' }, 'src/store/store.ts:2: a default export'],
  [
    'a default export by another name',
    { 'src/store/store.ts': 'const store = 1;\nexport { store as default };' },
    'src/store/store.ts:2: a default export',
  ],
  [
    'a file that is too long',
    { 'bench/long.ts': '// line\n'.repeat(501) },
    'bench/long.ts: has 501 lines; 500 are the most',
  ],
])('%s is found', ([, changes, fault]) => {
  expect(faultsWith(changes)).toContain(fault);
});
