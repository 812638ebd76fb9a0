import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ArcosError } from '../base/errors.ts';
import type { Access } from './access.ts';
import type { Audit } from './audit.ts';
import { may, type Resource } from './may.ts';
import { endRevoked } from './openrequests.ts';
import type { Action } from './policy.ts';
import { ANONYMOUS, type Principal } from './principal.ts';
import { recordRequests } from './record.ts';

/** What a route asks of its caller, declared beside it. A route that declares nothing does not start. */
export type RouteAccess =
  /** Anyone, without a credential. */
  | 'public'
  /** Whoever may do `action` to the resource that the request names. */
  | { readonly action: Action; readonly resource: (request: FastifyRequest) => Resource | Promise<Resource> }
  /** Where the action depends on what the request names. */
  | {
      readonly ask: (request: FastifyRequest) => Promise<Question>;
      /** Callers without a credential are asked about too: what they want may be open to everyone. */
      readonly anonymous?: boolean;
      /** Another credential than a key, such as a signature in the URL; undefined when there is none. */
      readonly authenticate?: (request: FastifyRequest) => Promise<Principal | undefined>;
    };

export interface Question {
  readonly action: Action;
  readonly resource: Resource;
  /** What the resource itself allows, besides the roles of the principal. */
  readonly grants?: (principal: Principal) => boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** Recorded although anyone may: it changes something by GET. */
    audited?: boolean;
    /** The forms of its query string and body, for the OpenAPI document. */
    says?: { readonly query?: z.ZodType; readonly body?: z.ZodType };
  }
  interface FastifyRequest {
    principal: Principal;
    /** What the door asked about this request, for the audit log; undefined until then and on public routes. */
    asked: Question | undefined;
  }
}

export const SESSION_COOKIE = 'arcos_session';

/**
 * Puts the door before every route of `app`: finds out who asks (a bearer key, or the session cookie
 * of a browser, which holds a key too) and refuses what the route's declaration does not allow.
 * Answers 401 to a bad or missing credential and 403 to a good one that is not enough; a thing that is not there
 * is refused to all but the platform's own like one that is not theirs to see. Requests that take long, streams of
 * events above all, end when their key does. What everyone did goes to `audit`.
 */
export function guard(app: FastifyInstance, access: Access, { audit }: { readonly audit?: Audit } = {}): void {
  app.decorateRequest('principal', undefined as unknown as Principal);
  app.decorateRequest('asked', undefined);
  if (audit !== undefined) recordRequests(app, audit);
  const watch = endRevoked(app, access);

  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new ArcosError('INTERNAL', `The route ${String(route.method)} ${route.url} declares no access`);
    }
  });

  app.addHook('onRequest', async (request, reply) => {
    const declared = request.routeOptions.config.access;
    const { authenticate, anonymous = false } = typeof declared === 'object' && 'ask' in declared ? declared : {};
    const key = credential(request);
    const bySignature = await authenticate?.(request);
    const principal = bySignature ?? (key === undefined ? ANONYMOUS : await access.authenticate(key));
    // A stale cookie must not keep a citizen from a public page; a wrong key is always an error.
    if (principal === undefined && (declared !== 'public' || request.headers.authorization !== undefined)) {
      throw new ArcosError('UNAUTHENTICATED', 'The key is not valid: unknown, expired or revoked');
    }
    request.principal = principal ?? ANONYMOUS;
    const open = declared === undefined || declared === 'public' || anonymous;
    if (!open && request.principal.kind === 'anonymous') throw needsKey();
    if (!open && key !== undefined && bySignature === undefined) watch(reply, key);
  });

  // After parsing, so that a resource may be named in the body.
  app.addHook('preHandler', async (request) => {
    const declared = request.routeOptions.config.access;
    if (declared === undefined || declared === 'public') return;
    request.asked = await questionOf(request, declared);
    demandAnswer(request.principal, request.asked);
  });
}

async function questionOf(request: FastifyRequest, declared: Exclude<RouteAccess, 'public'>): Promise<Question> {
  try {
    if ('ask' in declared) return await declared.ask(request);
    return { action: declared.action, resource: await declared.resource(request) };
  } catch (error) {
    // Where callers without a credential are asked about too, the route itself tells no one more than they may see.
    const tells = 'ask' in declared && declared.anonymous === true;
    if (!(error instanceof ArcosError) || error.code !== 'NOT_FOUND' || tells) throw error;
    throw request.principal.bindings.some(({ scope }) => scope.kind === 'platform') ? error : denied(request.principal);
  }
}

/** Throws DENIED unless the principal may. Says nothing of the resource: who may not see it must not learn whether it is there. */
export function demand(principal: Principal, action: Action, resource: Resource): void {
  if (!may(principal, action, resource).allowed) throw denied(principal);
}

function denied({ name }: Principal): ArcosError {
  return new ArcosError('DENIED', `Not allowed: no role of ${name} allows this, or there is no such thing`, {
    hint: 'An administrator sees why with "arcos access explain".',
  });
}

/** Whether the principal's roles, or the resource itself, allow what is asked. */
export function allows(principal: Principal, { action, resource, grants }: Question): boolean {
  return grants?.(principal) === true || may(principal, action, resource).allowed;
}

/** As `demand`, of a question whose resource may allow by itself. Throws UNAUTHENTICATED for who gave no credential. */
export function demandAnswer(principal: Principal, { action, resource, grants }: Question): void {
  if (grants?.(principal) === true) return;
  if (principal.kind === 'anonymous') throw needsKey();
  demand(principal, action, resource);
}

function needsKey(): ArcosError {
  return new ArcosError('UNAUTHENTICATED', 'This needs a key', { hint: 'Send it as "Authorization: Bearer <key>".' });
}

function credential(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) return /^Bearer (\S+)$/i.exec(header)?.[1] ?? '';
  return request.cookies?.[SESSION_COOKIE];
}
