import { ArcosError, asArcosError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { type Duration, milliseconds } from './duration.ts';
import { loadResult, storeResult } from './result.ts';
import { state } from './state.ts';

export interface CachePolicy<Input> {
  /** For how long a result is good. */
  readonly expiry: Duration;
  /** What the result depends on, as a text; the whole input unless told. */
  readonly key?: (input: Input) => string;
}

/** Values of the namespace are small. */
const LARGEST_VALUE_BYTES = 200 * 1024;

interface Cached {
  readonly until: string;
  readonly result?: string;
}

/** Of all that runs leave for later ones, what caches do. */
export const CACHE_PREFIX = 'cache:';

/** The result under the key, unless it is too old; undefined where there is none. */
export async function readCache(
  key: string,
  now: Date,
): Promise<{ readonly value: unknown; readonly until: string } | undefined> {
  const found = (await state.get(key)) as Cached | undefined;
  if (found === undefined || Date.parse(found.until) <= now.getTime()) return undefined;
  try {
    return { value: await loadResult(found.result), until: found.until };
  } catch (error) {
    // Its object has gone with the run that made it.
    if (asArcosError(error).code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

export async function writeCache(
  key: string,
  value: unknown,
  { expiry }: CachePolicy<never>,
  now: Date,
): Promise<void> {
  const result = await storeResult(key, value, LARGEST_VALUE_BYTES);
  const until = new Date(now.getTime() + milliseconds(expiry)).toISOString();
  await state.set(key, { until, ...(result === undefined ? {} : { result }) } as Json).catch((error: unknown) => {
    // Run by hand nothing is in the lake; a result that is too large is then made anew each time.
    if (!(error instanceof ArcosError) || error.code !== 'TOO_LARGE') throw error;
  });
}
