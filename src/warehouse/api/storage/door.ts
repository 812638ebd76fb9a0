import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Access } from '../../../access/access.ts';
import type { Audit } from '../../../access/audit.ts';
import type { Resource } from '../../../access/may.ts';
import { ANONYMOUS, type Principal } from '../../../access/principal.ts';
import { ArcosError, asArcosError, type ErrorCode } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import type { TablePath } from '../../../sql/catalog.ts';
import type { Warehouse } from '../../warehouse.ts';

export interface StorageApi {
  readonly warehouse: Warehouse;
  readonly access: Access;
  readonly audit?: Audit;
  readonly log: Log;
}

/** A call as every method has it. */
export interface Caller {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** What is said of a call in the audit log, known once its request is read. */
export interface Subject {
  readonly table?: TablePath;
}

export interface Admitted {
  readonly principal: Principal;
  /** Throws UNAUTHENTICATED when the key is no longer good. */
  stillValid(): Promise<void>;
}

/**
 * The door before every call: who asks, what came of it into the audit log, and an error as gRPC has it. What the
 * principal may do is asked where it is known what that is: in the warehouse.
 */
export async function admit<Result>(
  { access, audit, log }: StorageApi,
  call: Caller,
  method: string,
  subject: () => Subject,
  work: (admitted: Admitted) => Promise<Result>,
): Promise<Result> {
  let principal: Principal = ANONYMOUS;
  let http = 200;
  try {
    const [header = ''] = call.metadata.get('authorization');
    const [, key] = /^Bearer (\S+)$/i.exec(String(header)) ?? [];
    const authenticate = async () => {
      const found = key === undefined ? undefined : await access.authenticate(key);
      if (found !== undefined) return found;
      throw new ArcosError('UNAUTHENTICATED', 'The key is not valid: missing, unknown, expired or revoked', {
        hint: 'Send the metadata "authorization: Bearer <key>".',
      });
    };
    principal = await authenticate();
    const stillValid = async () => {
      await authenticate();
    };
    return await work({ principal, stillValid });
  } catch (thrown) {
    const error = asArcosError(thrown);
    http = error.http;
    if (error.code === 'INTERNAL') log.error('a call failed', { method, error: (error.cause as Error)?.stack });
    throw grpcError(error);
  } finally {
    await audit?.write({
      principal,
      action: 'table.read',
      operation: `gRPC ${method}`,
      path: method,
      resource: await resourceOf(access, subject()),
      address: call
        .getPeer()
        .replace(/^ipv[46]:/, '')
        .replace(/:\d+$/, ''),
      status: http,
    });
  }
}

async function resourceOf(access: Access, { table }: Subject): Promise<Resource> {
  if (table === undefined) return {};
  const agency = await access.agencyOf(table.project).catch(() => undefined);
  const { project, dataset } = table;
  return { ...(agency === undefined ? {} : { agency }), project, dataset: `${project}.${dataset}`, table: table.table };
}

const STATUS: Partial<Record<ErrorCode, status>> = {
  INVALID: status.INVALID_ARGUMENT,
  UNAUTHENTICATED: status.UNAUTHENTICATED,
  DENIED: status.PERMISSION_DENIED,
  NOT_FOUND: status.NOT_FOUND,
  CONFLICT: status.ALREADY_EXISTS,
  GONE: status.NOT_FOUND,
  PRECONDITION: status.FAILED_PRECONDITION,
  TOO_LARGE: status.RESOURCE_EXHAUSTED,
  QUOTA: status.RESOURCE_EXHAUSTED,
  CANCELLED: status.CANCELLED,
  UNSUPPORTED: status.UNIMPLEMENTED,
  UNAVAILABLE: status.UNAVAILABLE,
  TIMEOUT: status.DEADLINE_EXCEEDED,
};

function grpcError({ code, message, hint, data }: ArcosError): Partial<ServiceError> {
  const known = data['reason'] === 'outOfRange' ? status.OUT_OF_RANGE : (STATUS[code] ?? status.INTERNAL);
  // What went wrong inside is for the log.
  const said = known === status.INTERNAL ? 'Something went wrong inside Arcos' : message;
  return { code: known, details: hint === undefined ? said : `${said}. ${hint}` };
}
