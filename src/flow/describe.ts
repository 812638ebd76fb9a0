import { ArcosError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { milliseconds } from './duration.ts';
import type { Collision, Flow } from './flow.ts';
import type { Schedule } from './schedule.ts';

/** What a server has to know of a flow to show it and to run it by its own clock. */
export interface FlowDescription {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema (draft 2020-12) of the parameters as they are given. */
  readonly parameters: JsonObject;
  readonly labels: readonly string[];
  readonly schedules: readonly Schedule[];
  readonly concurrency?: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly backoff: number;
  readonly collision?: Collision;
  readonly tags?: readonly string[];
  readonly owners?: readonly string[];
}

/** Throws INVALID when the parameters cannot be described. */
export async function describeFlow({ options }: Flow): Promise<FlowDescription> {
  const { name, description, labels = [], schedules = [], concurrency, collision, tags, owners } = options;
  const { retries = 0, retryDelay, backoff = 1 } = options;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    parameters: await parameterSchema(options),
    labels,
    schedules,
    ...(concurrency === undefined ? {} : { concurrency }),
    retries,
    retryDelayMs: retryDelay === undefined ? 0 : milliseconds(retryDelay),
    backoff,
    ...(collision === undefined ? {} : { collision }),
    ...(tags === undefined ? {} : { tags }),
    ...(owners === undefined ? {} : { owners }),
  };
}

export async function parameterSchema({ name, parameters }: Flow['options']): Promise<JsonObject> {
  if (parameters === undefined) return { type: 'object', properties: {}, additionalProperties: false };
  // Only here: a run needs the schema's own methods alone.
  const { toJSONSchema } = await import('./jsonschema.ts');
  try {
    // Plain JSON by now: zod's own type for it has methods of its own.
    return JSON.parse(JSON.stringify(toJSONSchema(parameters, { io: 'input' }))) as JsonObject;
  } catch (cause) {
    throw new ArcosError('INVALID', `The parameters of "${name}" have no JSON Schema: ${(cause as Error).message}`, {
      hint: 'Use what JSON can hold: z.iso.date() for a date, z.number() for a number, z.enum([...]) for a choice.',
      cause,
    });
  }
}
