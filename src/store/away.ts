import { ArcosError } from '../base/errors.ts';

/**
 * SQLSTATEs that pass by themselves (PostgreSQL, appendix A): a connection that broke, a server that is stopping,
 * crashed or starting, too many connections; and a transaction that has to be made again.
 */
const STATES = /^(08...|57P0[1-3]|53300|40001|40P01)$/;
const SYSTEM = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND']);
/** What the driver itself says without a code. */
const SAID =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** UNAVAILABLE for what goes wrong because PostgreSQL is away or busy; anything else as it is. */
export function awayOr(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { code } = thrown as { readonly code?: unknown };
  const away = typeof code === 'string' ? STATES.test(code) || SYSTEM.has(code) : SAID.test(thrown.message);
  return away ? new ArcosError('UNAVAILABLE', 'The database is away for a moment', { cause: thrown }) : thrown;
}
