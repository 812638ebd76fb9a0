import type { ArcosError } from '../base/errors.ts';

/** An error as a command tells it. */
export function formatError(error: ArcosError): string {
  const { code, message, hint, cause } = error;
  const text = `arcos: ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`;
  // What nobody foresaw is worth its place in the code.
  return code === 'INTERNAL' ? `${text}${cause instanceof Error ? cause.stack : error.stack}\n` : text;
}
