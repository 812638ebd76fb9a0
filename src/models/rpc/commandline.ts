import { nearest } from '../../base/nearest.ts';
import { isMap, readYaml, type YamlMap } from '../yaml.ts';
import { serverFault } from './fault.ts';
import { shellWords } from './shellwords.ts';

/** A command line of dbt, read. */
export interface CommandLine {
  /** The method of the RPC server that does it. */
  readonly method: string;
  /** That method's parameters. */
  readonly params: YamlMap;
}

/** What an option takes: nothing, one word, or all words to the next option. */
type Option = { readonly name: string; readonly takes: 'nothing' | 'one' | 'many' };

const flag = (name: string): Option => ({ name, takes: 'nothing' });
const one = (name: string): Option => ({ name, takes: 'one' });
const many = (name: string): Option => ({ name, takes: 'many' });

/** Options by the parameter they become; those that are called `ignored` say where a project or profile lies. */
const OPTIONS: Readonly<Record<string, Option>> = {
  '--select': many('select'),
  '-s': many('select'),
  '--models': many('select'),
  '--model': many('select'),
  '-m': many('select'),
  '--exclude': many('exclude'),
  '--selector': one('selector'),
  '--resource-type': many('resource_types'),
  '--resource-types': many('resource_types'),
  '--indirect-selection': one('indirect_selection'),
  '--vars': one('vars'),
  '--full-refresh': flag('full_refresh'),
  '-f': flag('full_refresh'),
  '--fail-fast': flag('fail_fast'),
  '-x': flag('fail_fast'),
  '--store-failures': flag('store_failures'),
  '--threads': one('threads'),
  '--state': one('state'),
  '--defer': flag('defer'),
  '--data': flag('data'),
  '--schema': flag('schema'),
  '--show': flag('show'),
  '--output': one('output'),
  '--output-keys': many('output_keys'),
  '--args': one('args'),
  '--target': one('ignored'),
  '-t': one('ignored'),
  '--profile': one('ignored'),
  '--profiles-dir': one('ignored'),
  '--project-dir': one('ignored'),
  '--target-path': one('ignored'),
  '--log-path': one('ignored'),
  '--log-level': one('ignored'),
  '--log-format': one('ignored'),
  ...Object.fromEntries(
    [
      ...['--debug', '-d', '--quiet', '-q', '--no-quiet', '--no-version-check', '--version-check', '--use-colors'],
      ...['--no-use-colors', '--partial-parse', '--no-partial-parse', '--no-compile', '--warn-error', '--no-defer'],
      ...['--write-json', '--no-write-json', '--static-parser', '--no-static-parser', '--print', '--no-print'],
      ...['--cache-selected-only', '--populate-cache', '--no-populate-cache', '--no-fail-fast', '--no-full-refresh'],
    ].map((name) => [name, flag('ignored')]),
  ),
};

const METHODS: Readonly<Record<string, string>> = {
  ls: 'list',
  'docs generate': 'docs.generate',
  'source freshness': 'source-freshness',
};

const COMMANDS = [
  'run',
  'test',
  'build',
  'seed',
  'snapshot',
  'compile',
  'list',
  'ls',
  'deps',
  'run-operation',
  'docs',
  'source',
  'parse',
];

/** Reads what follows `dbt` on a command line. Throws what dbt's own command line says of a wrong one. */
export function parseCommandLine(line: string): CommandLine {
  const words = shellWords(line);
  if (words[0] === 'dbt') words.shift();
  const params: Record<string, unknown> = {};
  const names: string[] = [];
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (!word.startsWith('-')) {
      names.push(word);
      continue;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const written = equals === -1 ? word : word.slice(0, equals);
    const option = OPTIONS[written];
    if (option === undefined) throw noSuchOption(written);
    if (option.takes === 'nothing') {
      params[option.name] = true;
      continue;
    }
    const values = equals === -1 ? take(words, option, written) : [word.slice(equals + 1)];
    params[option.name] = option.takes === 'one' ? values[0] : [...listOfTexts(params[option.name]), ...values];
  }
  const { ignored: _, vars, args, threads, ...rest } = params;
  const method = methodOf(names);
  return {
    method,
    params: {
      ...rest,
      ...(vars === undefined ? {} : { vars: yamlMap('--vars', String(vars)) }),
      ...(args === undefined ? {} : { args: yamlMap('--args', String(args)) }),
      ...(threads === undefined ? {} : { threads: Number(threads) }),
      ...(method === 'run-operation' ? { macro: names[1] } : {}),
    },
  };
}

function methodOf(names: readonly string[]): string {
  const [first = '', second = ''] = names;
  if (!COMMANDS.includes(first)) {
    const near = nearest(first, COMMANDS);
    const hint = first === '' ? 'The line must begin with one.' : near === undefined ? '' : `Did you mean '${near}'?`;
    throw serverFault('UsageError', `No such command '${first}'. ${hint}`.trim());
  }
  if (first === 'run-operation') {
    if (second === '') throw serverFault('UsageError', 'run-operation needs the name of a macro.');
    return first;
  }
  const both = `${first} ${second}`.trim();
  const method = METHODS[both] ?? METHODS[first] ?? first;
  if (names.length > 1 && METHODS[both] === undefined) {
    throw serverFault('UsageError', `Got unexpected extra argument (${second})`);
  }
  return method;
}

/** The words that belong to an option. */
function take(words: string[], { takes }: Option, written: string): string[] {
  const taken: string[] = [];
  while (words.length > 0 && !(words[0] ?? '').startsWith('-') && (takes === 'many' || taken.length === 0)) {
    taken.push(words.shift() ?? '');
  }
  if (taken.length === 0) throw serverFault('BadOptionUsage', `Option '${written}' requires an argument.`);
  return taken;
}

function noSuchOption(written: string): Error {
  const near = nearest(written, Object.keys(OPTIONS));
  return serverFault(
    'NoSuchOption',
    `No such option '${written}'.${near === undefined ? '' : ` Did you mean '${near}'?`}`,
  );
}

/** A map in YAML; the repr of a Python dict and JSON are both that. */
function yamlMap(option: string, text: string): YamlMap {
  const { value, faults } = readYaml(text, option);
  if (faults.length > 0 || (value !== null && value !== undefined && !isMap(value))) {
    throw serverFault(
      'ValidationException',
      `The ${option} argument must be a YAML dictionary, but was of type ${Array.isArray(value) ? 'list' : typeof value}: ${text}`,
    );
  }
  return isMap(value) ? value : {};
}

function listOfTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
