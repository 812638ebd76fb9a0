import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ACTIONS, POLICY } from '../../src/access/policy.ts';
import { ERROR_CODES } from '../../src/base/errors.ts';
import { arcosProgram } from '../../src/cli/main.ts';
import { ensureWeb } from '../../src/cli/web.ts';
import { parseCommandLine } from '../../src/models/rpc/commandline.ts';
import { checkParams } from '../../src/models/rpc/params.ts';
import { SETTINGS } from '../../src/server/config.ts';
import { anchorsOf, headings, relativeLinks, section, tableRows } from './markdown.ts';
import { collectRoutes } from './routes.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const reference = (name: string) => read(`docs/reference/${name}.md`);

/** Documented and real, each side's surplus told apart in the failure. */
function same(documented: readonly string[], real: readonly string[]): void {
  expect([...documented].sort()).toEqual([...real].sort());
}

const COMMANDS = arcosProgram().commands;
const SETTING_FLAGS = Object.values(SETTINGS).map(({ name }) => `--${name}`);

test('commands.md has every command', () => {
  same(
    headings(reference('commands')),
    COMMANDS.map((command) => `arcos ${command.name()}`),
  );
});

test.for(COMMANDS.map((command) => command.name()))('commands.md has every flag of %s', (name) => {
  const text = section(reference('commands'), `arcos ${name}`);
  const command = COMMANDS.find((each) => each.name() === name);
  const options = command?.options ?? [];
  const own = options.filter(({ long }) => !SETTING_FLAGS.includes(long ?? ''));
  same(
    tableRows(text).map(([flag = '']) => flag),
    own.map(({ flags }) => flags),
  );
  // A command has all settings or none; those are on a page of their own.
  const settings = options.length - own.length;
  expect(text.includes('[the settings](settings.md)')).toBe(settings > 0);
  expect([0, SETTING_FLAGS.length]).toContain(settings);
  for (const argument of command?.registeredArguments ?? []) {
    const word = `${argument.name()}${argument.variadic ? '...' : ''}`;
    expect(text).toContain(`arcos ${name} <${word}>`);
  }
});

test('settings.md has every setting with its values and default', () => {
  const rows = tableRows(reference('settings').split('\n## ')[0] ?? '').map((row) => row.slice(0, 5).join(' | '));
  const real = Object.values(SETTINGS).map(({ name, values, default: value }) => {
    const member = name.replaceAll('-', '_');
    return [`--${name}`, `ARCOS_${member.toUpperCase()}`, member, values, value === '' ? 'none' : value].join(' | ');
  });
  same(rows, real);
});

test('settings.md has every other variable', () => {
  const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'src/*.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)) && !/(\.test|\/testing)\.ts$/.test(path));
  const named = sources.flatMap((path) => [...read(path).matchAll(/'(ARCOS_[A-Z_]+)'/g)].map(([, name = '']) => name));
  same(
    tableRows(reference('settings'), 'Other variables').map(([variable = '']) => variable),
    [...new Set(named)],
  );
});

test('errors.md has every code with its HTTP status and exit code', () => {
  const rows = tableRows(reference('errors')).map((row) => row.slice(0, 4).join(' | '));
  const real = Object.entries(ERROR_CODES).map(([code, { http, exit, retryable }]) =>
    [code, http, exit, retryable ? 'yes' : 'no'].join(' | '),
  );
  same(rows, real);
});

test('api.md has every route, and who may call it', { timeout: 120_000 }, async () => {
  await ensureWeb();
  const state = mkdtempSync(join(tmpdir(), 'arcos-docs-'));
  try {
    const routes = await collectRoutes(state);
    const rows = tableRows(reference('api')).filter(([, path = '']) => path.startsWith('/'));
    same(
      rows.map(([method, path]) => `${method} ${path}`),
      routes.map(({ method, path }) => `${method} ${path}`),
    );
    const documented = new Map(rows.map(([method, path, who = '']) => [`${method} ${path}`, who]));
    for (const { method, path, who } of routes) {
      if (who !== undefined) expect(`${path}: ${documented.get(`${method} ${path}`)}`).toBe(`${path}: ${who}`);
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});

test('api.md has the roles of people with what each allows', () => {
  const rows = tableRows(reference('api').split('\n## ')[0] ?? '');
  const { base, leitor, editor, administrador } = POLICY;
  const less = (role: readonly string[], lower: readonly string[]) => role.filter((action) => !lower.includes(action));
  const added = { base, leitor: less(leitor, base), editor: less(editor, leitor) };
  for (const [role, actions] of Object.entries(added)) {
    const [, allows = ''] = rows.find(([name]) => name === role) ?? [];
    same([...allows.matchAll(/[a-z]+\.[a-z]+/g)].map(String), actions);
  }
  const [, all = ''] = rows.find(([name]) => name === 'administrador') ?? [];
  const but = [...all.matchAll(/[a-z]+\.[a-z]+/g)].map(String);
  expect(all).toMatch(/^everything but /);
  same([...administrador, ...but], ACTIONS);
});

test('models.md has methods and options that are there', () => {
  for (const [method = ''] of tableRows(reference('models'), 'JSON-RPC'))
    expect(() => checkParams(method, {}), method).not.toThrow();
  const options = tableRows(reference('models'), 'Options');
  const { params } = parseCommandLine(`run ${options.map(([option]) => `${option}={}`).join(' ')}`);
  same(
    options.map(([, parameter = '']) => parameter),
    Object.keys(params),
  );
});

const PAGES = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));

test.for(PAGES)('every relative link of %s leads to something', (page) => {
  const broken = relativeLinks(read(page)).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

/** Files of the project that a page names in code: `src/base/errors.ts`, `src/models/materialise/`. */
const namedFiles = (markdown: string) =>
  [...markdown.matchAll(/`((?:src|web|test|examples|bench|docs)\/[\w./-]+)`/g)].map(([, path = '']) => path);

test.for(PAGES.filter((page) => page === 'ARCHITECTURE.md' || page.startsWith('docs/reference/')))(
  'every file that %s names is there',
  (page) => {
    expect(namedFiles(read(page)).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  },
);

test('a link to nowhere is seen', () => {
  expect(relativeLinks('[a](../b.md#c) [d](https://e) `[f](g)`\n```\n[h](i)\n```\n![j](k.png)')).toEqual([
    '../b.md#c',
    'k.png',
  ]);
  expect(anchorsOf('## The state folder\n# `arcos.toml`')).toEqual(['the-state-folder', 'arcostoml']);
});
