import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Configuration } from 'openid-client';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import { ArcosError } from '../base/errors.ts';
import { ownPath } from './loginpage.ts';
import { openSession } from './session.ts';

/** The login by an OpenID Connect provider: authorization code with PKCE (RFC 7636), state and nonce. */
export interface Oidc {
  /** Where to send the browser, and what it has to bring back with the answer. */
  begin(redirectUri: string): Promise<{ url: string; flow: Flow }>;
  /** Who came back. Throws UNAUTHENTICATED for an answer that does not belong to the flow. */
  finish(answer: URL, flow: Flow): Promise<Person>;
}

export interface OidcOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly secret?: string;
}

const FLOW = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() });
type Flow = z.infer<typeof FLOW>;

const PERSON = z.object({
  email: z.email(),
  // Otherwise anyone could write somebody else's address into their account there.
  email_verified: z.literal(true),
  groups: z.array(z.string()).optional(),
});
type Person = z.infer<typeof PERSON>;

export function createOidc({ issuer, clientId, secret }: OidcOptions): Oidc {
  let known: Promise<Configuration> | undefined;

  /** Asked when it is needed: a provider that is away must not keep the server from starting. */
  async function configuration(): Promise<Configuration> {
    const { allowInsecureRequests, ClientSecretPost, discovery, None } = await import('openid-client');
    known ??= discovery(
      new URL(issuer),
      clientId,
      undefined,
      secret === undefined ? None() : ClientSecretPost(secret),
      issuer.startsWith('http:') ? { execute: [allowInsecureRequests] } : {},
    );
    return known.catch((cause: unknown) => {
      known = undefined;
      throw new ArcosError('UNAVAILABLE', 'The login provider cannot be reached', {
        hint: 'Try again, or log in with a password.',
        cause,
      });
    });
  }

  return {
    async begin(redirectUri) {
      const oidc = await import('openid-client');
      const config = await configuration();
      const flow = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope:
          config.serverMetadata().scopes_supported?.includes('groups') === true
            ? 'openid email groups'
            : 'openid email',
        code_challenge: await oidc.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
        state: flow.state,
        nonce: flow.nonce,
      });
      return { url: url.href, flow };
    },

    async finish(answer, { state, nonce, verifier }) {
      const oidc = await import('openid-client');
      const config = await configuration();
      try {
        const tokens = await oidc.authorizationCodeGrant(config, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        const told = await oidc.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
        return PERSON.parse({ ...claims, ...told });
      } catch (cause) {
        const why = cause instanceof z.ZodError ? ': it told no verified e-mail address' : '';
        throw new ArcosError('UNAUTHENTICATED', `The login by the provider did not succeed${why}`, { cause });
      }
    },
  };
}

const COOKIE = 'arcos_oidc';
const HERE = '/login/oidc';
const MINUTES = 10;

/** The way to the provider and back; without a provider there is nothing at these addresses. */
export function oidcRoutes(app: FastifyInstance, access: Access, configured: Oidc | undefined): void {
  const provider = (): Oidc => {
    if (configured !== undefined) return configured;
    throw new ArcosError('NOT_FOUND', 'There is nothing at this address');
  };
  const callback = ({ protocol, host }: FastifyRequest) => `${protocol}://${host}${HERE}/callback`;

  app.get<{ Querystring: { next?: string } }>(HERE, { config: { access: 'public' } }, async (request, reply) => {
    const { url, flow } = await provider().begin(callback(request));
    const value = JSON.stringify({ ...flow, next: ownPath(String(request.query.next ?? '')) });
    return setFlow(request, reply, Buffer.from(value).toString('base64url'), MINUTES * 60).redirect(url, 303);
  });

  app.get(`${HERE}/callback`, { config: { access: 'public', audited: true } }, async (request, reply) => {
    const oidc = provider();
    const kept = readFlow(request.cookies[COOKIE]);
    // Whatever comes of it, the same answer is not taken twice.
    setFlow(request, reply, '', 0);
    if (kept === undefined) throw new ArcosError('UNAUTHENTICATED', 'This login was not begun in this browser');
    const { next, ...flow } = kept;
    const person = await oidc.finish(new URL(request.url, callback(request)), flow);
    const id = await admit(access, person);
    const principal = await access.principal(person.email);
    if (principal === undefined) throw new ArcosError('UNAUTHENTICATED', 'This user is disabled');
    request.principal = principal;
    await openSession(access, id, request, reply);
    return reply.redirect(next, 303);
  });
}

function setFlow(request: FastifyRequest, reply: FastifyReply, value: string, maxAge: number): FastifyReply {
  // The provider's answer comes from another site, so Strict would keep it back.
  const secure = request.protocol === 'https';
  return reply.setCookie(COOKIE, value, { path: HERE, httpOnly: true, sameSite: 'lax', secure, maxAge });
}

function readFlow(cookie: string | undefined): (Flow & { next: string }) | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString());
    const { next, ...flow } = FLOW.extend({ next: z.string() }).parse(value);
    return { ...flow, next: ownPath(next) };
  } catch {
    return undefined;
  }
}

/** The user of that address, made when there is none, in the groups that the provider says. Returns its id. */
async function admit({ directory }: Access, { email, groups }: Person): Promise<string> {
  const known = await directory.find(email);
  if (known !== undefined && known.kind !== 'user') throw new ArcosError('DENIED', `"${email}" is no user`);
  const id = known?.id ?? (await directory.create({ kind: 'user', name: email, agency: null }));
  if (groups === undefined) return id;
  for (const name of new Set([...groups, ...(known?.groups ?? [])])) {
    const group = await directory.find(name);
    const ofPlatform = group?.bindings.some(({ scope }) => scope.kind === 'platform') === true;
    if (group?.kind !== 'group' || ofPlatform) continue;
    if (groups.includes(name)) await directory.addMember(group.id, id);
    else await directory.removeMember(group.id, id);
  }
  return id;
}
