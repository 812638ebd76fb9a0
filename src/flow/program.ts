import { parseArgs } from 'node:util';
import { ArcosError, asArcosError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { parameterSchema } from './describe.ts';
import type { Flow } from './flow.ts';
import { runLocally } from './local.ts';

/** Runs a flow for its own `main()`: see there. */
export async function main(flow: Flow, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(await usage(flow));
    return;
  }
  const cancel = new AbortController();
  process.once('SIGINT', () => cancel.abort(new ArcosError('CANCELLED', 'Cancelled by Ctrl-C')));
  try {
    await runLocally(flow, parametersOf(flow, args), { signal: cancel.signal });
  } catch (thrown) {
    // The run itself has told what went wrong; only a command line that makes no sense never became a run.
    const error = asArcosError(thrown);
    if (error.hint !== undefined) process.stderr.write(`${error.message}\n  ${error.hint}\n`);
    process.exitCode = cancel.signal.aborted ? error.exit : 1;
  }
}

/**
 * Parameters from `--name value`. A value that the schema does not take as the text it is, is read as
 * JSON: so `--limit 5` is a number where a number is asked for, and a text where a text is.
 */
export function parametersOf(flow: Flow, args: readonly string[]): Record<string, unknown> {
  const { parameters: schema } = flow.options;
  const names = Object.keys(schema?.shape ?? {});
  let given: Record<string, unknown>;
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    given = { ...parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values };
  } catch (cause) {
    const unknown = args.find((arg) => arg.startsWith('--') && !names.includes(arg.slice(2).split('=')[0] ?? ''));
    const guess = unknown === undefined ? undefined : nearest(unknown.slice(2), names);
    throw new ArcosError('INVALID', (cause as Error).message, {
      hint: guess === undefined ? 'See --help for the parameters.' : `Did you mean --${guess}?`,
      cause,
    });
  }
  for (const issue of schema?.safeParse(given).error?.issues ?? []) {
    const [name] = issue.path;
    const value = typeof name === 'string' ? given[name] : undefined;
    if (typeof name === 'string' && typeof value === 'string') given[name] = jsonOrText(value);
  }
  return given;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function usage({ options }: Flow): Promise<string> {
  const { properties = {} } = (await parameterSchema(options)) as { properties?: Record<string, Property> };
  const lines = Object.entries(properties).map(([name, { type = 'json', description = '', default: standard }]) => {
    const fallback = standard === undefined ? '' : `(default ${JSON.stringify(standard)})`;
    return `  --${name} ${[`<${type}>`, description, fallback].filter(Boolean).join(' ')}`;
  });
  return [options.name, options.description, ...lines].filter(Boolean).join('\n').concat('\n');
}

interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
}
