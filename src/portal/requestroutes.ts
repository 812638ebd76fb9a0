import { randomBytes, timingSafeEqual } from 'node:crypto';
import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import { demand, type RouteAccess } from '../access/http.ts';
import { parse } from '../access/input.ts';
import { may, type Resource } from '../access/may.ts';
import { ArcosError, asArcosError } from '../base/errors.ts';
import type { Assets } from './assets.ts';
import { languageOf, voiceOf } from './language.ts';
import { layout } from './pages/layout.ts';
import { type Draft, pathOf, requestPage, sentPage } from './pages/request.ts';
import type { Publications } from './publication.ts';
import { REQUEST_KINDS, REQUEST_STATES, type RequestKind, type Requests, type RequestTask } from './requests.ts';

export interface RequestParts {
  readonly access: Access;
  readonly city: string;
  readonly assets: Assets;
  readonly publications: Publications;
  readonly requests: Requests;
}

const name = z.string().min(1).max(300).optional();
const ABOUT = z.object({ project: name, dataset: name, table: name });
const FORM = ABOUT.extend({
  token: z.string().max(100).default(''),
  /** A field that people do not see; who fills it in is a program. */
  website: z.string().max(1000).default(''),
  text: z.string().trim().min(10).max(4000),
  contact: z.union([z.literal(''), z.email().max(254)]).default(''),
});
const LIST = z.object({ state: z.enum(REQUEST_STATES).optional(), before: z.uuid().optional() });
const CHANGE = z.strictObject({ state: z.enum(REQUEST_STATES), note: z.string().max(4000).optional() });

const COOKIE = 'arcos_form';
const open: { access: RouteAccess } = { access: 'public' };

/** "Ask for data" and "report an error", and the tasks that they become. */
export function requestRoutes(app: FastifyInstance, parts: RequestParts): void {
  const { access, city, assets, publications, requests } = parts;

  void app.register(async (inside) => {
    inside.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 32_768 },
      async (_request: unknown, body: string | Buffer) => Object.fromEntries(new URLSearchParams(String(body))),
    );
    for (const kind of REQUEST_KINDS) {
      inside.get(pathOf(kind), { config: open }, async (request, reply) =>
        show(request, reply, { kind, ...(await aboutOf(request.query)) }),
      );
      inside.post(pathOf(kind), { config: open }, async (request, reply) => take(request, reply, kind));
    }
  });

  async function take(request: FastifyRequest, reply: FastifyReply, kind: RequestKind) {
    const body = (request.body ?? {}) as Record<string, string>;
    try {
      const { token, website, text, contact } = parse(FORM, body);
      if (!same(token, request.cookies?.[COOKIE] ?? '')) {
        throw new ArcosError('DENIED', 'The form is too old, or of another site', { hint: 'Send it again.' });
      }
      const about = await aboutOf(body);
      const task = { kind, text, ...about, ...(contact === '' ? {} : { contact }) };
      const id = website === '' ? await requests.add(task, request.ip) : 'ok';
      const voice = voiceOf(formLanguage(request));
      const page = { city, title: voice.words.sent, content: sentPage(voice, id), path: pathOf(kind) };
      return personal(reply).send(layout(voice, assets, page));
    } catch (thrown) {
      const error = asArcosError(thrown);
      if (error.code === 'INTERNAL') throw thrown;
      const { text = '', contact = '' } = body;
      if (typeof error.data['retryAfter'] === 'number') void reply.header('retry-after', error.data['retryAfter']);
      const about = await aboutOf(body).catch(() => ({}));
      return show(request, reply.status(error.http), { kind, ...about, text, contact }, error.message);
    }
  }

  function show(request: FastifyRequest, reply: FastifyReply, draft: Draft, fault?: string) {
    const voice = voiceOf(formLanguage(request));
    const known = request.cookies?.[COOKIE];
    const token = known !== undefined && /^[\w-]{32}$/.test(known) ? known : randomBytes(24).toString('base64url');
    const secure = request.protocol === 'https';
    void reply.setCookie(COOKIE, token, { path: '/pedidos', httpOnly: true, sameSite: 'strict', secure });
    const content = requestPage(voice, draft, token, fault);
    const title = draft.kind === 'data' ? voice.words.ask : voice.words.report;
    return personal(reply).send(layout(voice, assets, { city, title, content, path: pathOf(draft.kind) }));
  }

  /** What a request is about: of what is published, and nothing else. */
  async function aboutOf(said: unknown): Promise<Pick<Draft, 'project' | 'dataset' | 'table'>> {
    const { project, dataset, table } = parse(ABOUT, said ?? {});
    if (project === undefined || dataset === undefined) return {};
    await publications.published({ project, dataset }, table);
    return { project, dataset, ...(table === undefined ? {} : { table }) };
  }

  const own: { access: RouteAccess } = {
    access: { action: 'publication.write', resource: ({ principal }) => agencyResource(principal.agency) },
  };

  app.get('/api/portal/requests', { config: own }, async ({ query, principal }) => {
    const found = await requests.list(parse(LIST, query));
    const owners = await Promise.all(found.map((task) => ownerOf(task, principal.agency)));
    return found.filter((_, index) => may(principal, 'publication.write', owners[index] ?? {}).allowed);
  });

  app.patch<{ Params: { id: string } }>(
    '/api/portal/requests/:id',
    { config: own },
    async ({ params, body, principal }) => {
      const id = parse(z.uuid(), params.id);
      demand(principal, 'publication.write', await ownerOf(await requests.find(id), principal.agency));
      const { state, note } = parse(CHANGE, body);
      await requests.change(id, state, note, principal.name);
      return requests.find(id);
    },
  );

  /** Whose task it is; what is about no dataset is for every agency that publishes. */
  async function ownerOf({ project }: RequestTask, own: string | null): Promise<Resource> {
    if (project === undefined) return agencyResource(own);
    return agencyResource(await access.agencyOf(project).catch(() => null), project);
  }
}

function agencyResource(agency: string | null, project?: string): Resource {
  return { ...(agency === null ? {} : { agency }), ...(project === undefined ? {} : { project }) };
}

/** A form that is sent says the language it was shown in. */
function formLanguage(request: FastifyRequest) {
  const { lang } = (request.body ?? {}) as { lang?: string };
  return lang === 'pt' || lang === 'en' ? lang : languageOf(request);
}

function personal(reply: FastifyReply): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
}

function same(a: string, b: string): boolean {
  return a.length > 0 && a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
