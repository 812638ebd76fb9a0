import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.ts';
import { allows, demandAnswer, type Question } from '../../access/http.ts';
import { may as decide, type Resource } from '../../access/may.ts';
import type { Action } from '../../access/policy.ts';
import type { Principal } from '../../access/principal.ts';
import { ArcosError } from '../../base/errors.ts';
import type { Bucket } from '../bucket.ts';
import type { Lake } from '../lake.ts';
import { grants } from '../permission.ts';

export interface LakeApi {
  readonly lake: Lake;
  readonly access: Access;
}

export type Kind = 'list' | 'read' | 'write' | 'manage' | 'share';

const ACTIONS: Readonly<Record<Bucket['purpose'], Readonly<Record<Kind, Action>>>> = {
  data: {
    list: 'object.list',
    read: 'object.read',
    write: 'object.write',
    manage: 'bucket.write',
    share: 'access.manage',
  },
  code: {
    list: 'code.read',
    read: 'code.read',
    write: 'code.write',
    manage: 'access.manage',
    share: 'access.manage',
  },
};

/** The declaration of a route about the bucket, and object, of its path. Buckets may be open to everyone. */
export function may(api: LakeApi, kind: Kind): FastifyContextConfig {
  const ask = (request: FastifyRequest) => {
    const { bucket, object } = request.params as { bucket: string; object?: string };
    const { prefix } = request.query as { prefix?: string };
    return question(api, request, kind, bucket, object ?? (kind === 'list' ? prefix : undefined) ?? '');
  };
  return { access: { ask, anonymous: true } };
}

/**
 * The declaration of an upload's route. What it is called may be in its body, so the route asks with
 * `demandAlso` when it knows; the address of a resumable upload is a credential for that upload.
 */
export function mayUpload(api: LakeApi): FastifyContextConfig {
  const ask = async (request: FastifyRequest): Promise<Question> => {
    const { bucket } = request.params as { bucket: string };
    const { upload_id: id } = request.query as { upload_id?: string };
    const upload = id === undefined ? undefined : await api.lake.uploads.find(id, bucket).catch(noneIfMissing);
    if (upload !== undefined) return { action: 'object.write', resource: {}, grants: () => true };
    return question(api, request, 'write', bucket);
  };
  return { access: { ask, anonymous: true } };
}

/**
 * What is asked of a caller who wants something of a bucket's object, or of those below a prefix, or of some
 * object when there is no name yet. A bucket that does not exist and one of which the caller may not see
 * anything give the same answer: NOT_FOUND, or to who gave no credential that one is needed.
 */
export async function question(
  api: LakeApi,
  request: FastifyRequest,
  kind: Kind,
  name: string,
  object?: string,
): Promise<Question> {
  const { principal } = request;
  const { bucket, agency } = await ownedBucket(api, request, name);
  const namespace = bucket?.purpose === 'code' ? await namespaceOf(api.access, object) : undefined;
  const about = (asked: Kind): Question => {
    if (bucket === undefined || agency === undefined) return { action: ACTIONS.data[asked], resource: {} };
    const action = ACTIONS[bucket.purpose][asked];
    if (bucket.purpose === 'code') {
      // Code is its namespace's; of what has no name yet the answer is whether there is any the caller may write.
      const some = (caller: Principal) =>
        caller.bindings.some(
          ({ scope: { kind: of, id } }) => of === 'namespace' && decide(caller, action, { namespace: id }).allowed,
        );
      return {
        action,
        resource: namespace ?? { agency, project: bucket.project },
        grants: (caller) => object === undefined && some(caller),
      };
    }
    return {
      action,
      resource: { agency, project: bucket.project },
      grants: (caller) => grants(bucket.policy, caller, action, object),
    };
  };
  const visible = bucket !== undefined && (allows(principal, about(kind)) || allows(principal, about('list')));
  if (!visible && principal.kind !== 'anonymous')
    throw new ArcosError('NOT_FOUND', `No such bucket: ${name}`, {
      hint: 'If there is one, nothing of it is for you to see.',
    });
  return about(kind);
}

/** Whose code an object of the bucket of code is, by its name: `namespaces/rj-a/flows/...`. */
async function namespaceOf(access: Access, object = ''): Promise<Resource | undefined> {
  const [, id] = /^namespaces\/([^/]+)\//.exec(object) ?? [];
  if (id === undefined) return undefined;
  const found = await access.namespace(id).catch(noneIfMissing);
  // Of a namespace that does not exist it is nobody's.
  return found === undefined ? {} : { agency: found.agency, namespace: id };
}

interface OwnedBucket {
  readonly bucket?: Bucket;
  readonly agency?: string;
}

/** What was asked about buckets already for a request that is not answered yet. */
const known = new WeakMap<FastifyRequest, Map<string, Promise<OwnedBucket>>>();

function ownedBucket({ lake, access }: LakeApi, request: FastifyRequest, name: string): Promise<OwnedBucket> {
  const ofRequest = known.get(request) ?? new Map<string, Promise<OwnedBucket>>();
  known.set(request, ofRequest);
  const find = async () => {
    const bucket = await lake.bucket(name).catch(noneIfMissing);
    if (bucket === undefined) return {};
    const agency = agencies.get(bucket) ?? access.agencyOf(bucket.project);
    agencies.set(bucket, agency);
    return { bucket, agency: await agency };
  };
  const found = ofRequest.get(name) ?? find();
  ofRequest.set(name, found);
  return found;
}

/** Of buckets that the lake knows for a moment; none of them is known for longer. */
const agencies = new WeakMap<Bucket, Promise<string>>();

/** Only that there is none may look like none: a store that is away must not. */
function noneIfMissing(error: unknown): undefined {
  if (error instanceof ArcosError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}

/** Throws DENIED unless the caller may do this too: a request may be about more than its path names. */
export async function demandAlso(api: LakeApi, request: FastifyRequest, kind: Kind, bucket: string, object: string) {
  demandAnswer(request.principal, await question(api, request, kind, bucket, object));
}
