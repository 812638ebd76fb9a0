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
  /** What only matters where the command runs: folders, profile, output. */
  readonly local: YamlMap;
}

/** What an option takes: nothing, one word, or all words to the next option. */
type Option = { readonly name: string; readonly takes: 'nothing' | 'one' | 'many' };

const flag = (name: string): Option => ({ name, takes: 'nothing' });
const one = (name: string): Option => ({ name, takes: 'one' });
const many = (name: string): Option => ({ name, takes: 'many' });

/** Options by the parameter they become; those with a dot are for the place where the command runs. */
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
  '--event-time-start': one('event_time_start'),
  '--event-time-end': one('event_time_end'),
  '--threads': one('threads'),
  '--state': one('state'),
  '--defer': flag('defer'),
  '--data': flag('data'),
  '--schema': flag('schema'),
  '--show': flag('show'),
  '--output': one('output'),
  '--output-keys': many('output_keys'),
  '--args': one('args'),
  '--favor-state': flag('favor_state'),
  '--sample': one('.sample'),
  '--target': one('.target'),
  '-t': one('.target'),
  '--profile': one('.profile'),
  '--profiles-dir': one('.profiles_dir'),
  '--project-dir': one('.project_dir'),
  '--target-path': one('.target_path'),
  '--log-path': one('.log_path'),
  '--log-level': one('.log_level'),
  '--log-format': one('.log_format'),
  '--inline': one('.inline'),
  '--limit': one('.limit'),
  '--strict': flag('.strict'),
  '--quiet': flag('.quiet'),
  '-q': flag('.quiet'),
  '--debug': flag('.debug'),
  '-d': flag('.debug'),
  '--no-write-json': flag('.no_write_json'),
  '--no-partial-parse': flag('.no_partial_parse'),
  '--no-compile': flag('.no_compile'),
  ...Object.fromEntries(
    [
      ...['--no-debug', '--no-quiet', '--no-version-check', '--version-check', '--use-colors', '--no-use-colors'],
      ...['--partial-parse', '--warn-error', '--no-defer', '--no-favor-state', '--use-colors-file', '--compile'],
      ...['--write-json', '--static-parser', '--no-static-parser', '--print', '--no-print', '--no-use-colors-file'],
      ...['--cache-selected-only', '--populate-cache', '--no-populate-cache', '--no-fail-fast', '--no-full-refresh'],
    ].map((name) => [name, flag('.ignored')]),
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
  'show',
  'check',
  'clone',
  'watch',
  'debug',
  'clean',
  'retry',
];

/** Reads what follows `dbt` on a command line. Throws what dbt's own command line says of a wrong one. */
export function parseCommandLine(line: string): CommandLine {
  const words = shellWords(line);
  return parseWords(words[0] === 'dbt' ? words.slice(1) : words);
}

/** As `parseCommandLine`, for a line that a shell has split. */
export function parseWords(line: readonly string[]): CommandLine {
  const words = [...line];
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
  const { vars, args, threads, ...others } = params;
  const rest = Object.entries(others).filter(([name]) => !name.startsWith('.'));
  const local = Object.entries(others).filter(([name]) => name.startsWith('.'));
  const method = methodOf(names);
  return {
    method,
    params: {
      ...Object.fromEntries(rest),
      ...(vars === undefined ? {} : { vars: yamlMap('--vars', String(vars)) }),
      ...(args === undefined ? {} : { args: yamlMap('--args', String(args)) }),
      ...(threads === undefined ? {} : { threads: Number(threads) }),
      ...(method === 'run-operation' ? { macro: names[1] } : {}),
    },
    local: Object.fromEntries(local.map(([name, value]) => [name.slice(1), value])),
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
