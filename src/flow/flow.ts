import type { z } from 'zod';
import { ArcosError } from '../base/errors.ts';
import type { Hook } from './call.ts';
import type { RunChange } from './engine.ts';
import { runLocally } from './local.ts';
import { logOf, type RunLog } from './log.ts';
import type { RetryPolicy } from './retry.ts';
import type { Schedule } from './schedule.ts';
import { currentScope, type RunInfo, type Scope } from './scope.ts';

export interface FlowOptions<Schema extends z.ZodObject> extends RetryPolicy {
  /** Unique in its namespace. */
  readonly name: string;
  readonly description?: string;
  /** Of what a run is told; makes the form that people start it with. Must have a JSON Schema. */
  readonly parameters?: Schema;
  /** An agent takes the runs if it has all of these labels; without labels, an agent that has none. */
  readonly labels?: readonly string[];
  readonly schedules?: readonly Schedule[];
  /** Runs at a time; the others wait. */
  readonly concurrency?: number;
  /** What becomes of a new run while `concurrency` runs (1 unless told) are active or wait; `enqueue` unless told. */
  readonly collision?: Collision;
  /** Runs of flows with a tag may be limited together. */
  readonly tags?: readonly string[];
  /** People or teams that messages about its runs name: e-mail addresses, `@name`, Discord's `<@id>`. */
  readonly owners?: readonly string[];
  /** Called with each state that a run gives itself; what it throws is logged, and changes nothing. */
  readonly onState?: Hook<RunChange>;
}

/** `enqueue`: it waits. `cancel_new`: it is cancelled. `replace`: the others are. */
export type Collision = 'enqueue' | 'cancel_new' | 'replace';

export interface RunContext extends RunInfo {
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  readonly log: RunLog;
}

export interface Flow<Schema extends z.ZodObject = z.ZodObject, Result = unknown> {
  /**
   * Runs the flow in this process, as a deployed run would, and prints states and logs to the terminal.
   * Called within a run, its tasks are part of that run.
   * Throws INVALID for wrong parameters, and whatever its body throws.
   */
  (parameters?: z.input<Schema>): Promise<Result>;
  readonly options: FlowOptions<Schema>;
  /** Parameters and body together, for whoever runs it. Throws INVALID for wrong parameters. */
  readonly execute: (parameters: unknown, scope: Scope) => Promise<Result>;
  /**
   * The flow as a program: `if (import.meta.main) await chamados.main()` at the end of its file.
   * `node chamados.ts --from 2026-01-01` runs it with that parameter, `--help` lists them. Ctrl-C cancels.
   * The exit code is 0, 1 when it failed, 130 when it was cancelled.
   */
  main(): Promise<void>;
}

/** Also recognises a flow that another copy of this module made: a bundle carries its own. */
const MARK = Symbol.for('arcos.flow');

/**
 * A pipeline as a plain function of its parameters. What it does step by step stands in tasks; it
 * itself only calls them, with all that the language has: await, loops, conditions, Promise.all.
 */
export function flow<Schema extends z.ZodObject = z.ZodObject<Record<never, never>>, Result = void>(
  options: FlowOptions<Schema>,
  body: (parameters: z.output<Schema>, run: RunContext) => Promise<Result>,
): Flow<Schema, Result> {
  const execute = async (parameters: unknown, scope: Scope) => {
    const parsed = parseParameters(options, parameters);
    return body(parsed, { ...scope.run, signal: scope.signal, log: logOf(() => scope) });
  };
  const made: Flow<Schema, Result> = Object.assign(
    async (parameters?: z.input<Schema>) => {
      const scope = currentScope();
      if (scope !== undefined) return execute(parameters ?? {}, scope);
      return runLocally({ options, execute }, parameters ?? {});
    },
    {
      options,
      execute,
      // Only a flow that is run by hand reads a command line.
      main: async () => (await import('./program.ts')).main(made),
      [MARK]: true,
    },
  );
  return made;
}

export function isFlow(value: unknown): value is Flow {
  return typeof value === 'function' && MARK in value;
}

function parseParameters<Schema extends z.ZodObject>(
  { name, parameters: schema }: FlowOptions<Schema>,
  given: unknown,
): z.output<Schema> {
  if (schema === undefined) return {} as z.output<Schema>;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'parameters'}: ${message}`);
  throw new ArcosError('INVALID', `The parameters of "${name}" are not right: ${said.join('; ')}`, {
    data: { issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) },
  });
}
