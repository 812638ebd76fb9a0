import { z } from 'zod';
import { ArcosError } from '../base/errors.ts';

/** The id of an agency, project or namespace. */
export const ID = z.string().regex(/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/, 'must be small letters, digits and dashes');

/** What a request says, in the form of the schema. Throws INVALID with the first thing that is wrong. */
export function parse<Value>(schema: z.ZodType<Value>, said: unknown): Value {
  const parsed = schema.safeParse(said ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ArcosError('INVALID', `${issue?.path.join('.') || 'The request'}: ${issue?.message}`);
}
