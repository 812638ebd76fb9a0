import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import { parse } from '../access/input.ts';
import { checkPassword } from '../access/password.ts';
import { asArcosError } from '../base/errors.ts';
import { type Html, html } from '../portal/html.ts';
import type { Oidc } from './oidc.ts';
import { openSession } from './session.ts';

const FORM = z.object({
  user: z.string().max(254).default(''),
  password: z.string().max(1_024).default(''),
  token: z.string().max(100).default(''),
  next: z.string().max(2_048).default(''),
});

export interface LoginOptions {
  readonly access: Access;
  /** Where people may log in besides. */
  readonly oidc?: Oidc;
}

/** The page people log in on, which needs no script. With a one-time `token` it asks for a new password. */
export function loginPage(app: FastifyInstance, { access, oidc }: LoginOptions): void {
  const open = { config: { access: 'public' } } as const;
  const elsewhere = oidc !== undefined;

  void app.register(async (inside) => {
    acceptForms(inside);

    inside.get('/login', open, (request, reply) => show(request, reply, parse(FORM, request.query), { elsewhere }));

    inside.post('/login', open, async (request, reply) => {
      const form = parse(FORM, request.body);
      try {
        const id = await enter(request, form);
        await openSession(access, id, request, reply);
        return reply.redirect(ownPath(form.next), 303);
      } catch (thrown) {
        const { code, http, message, data } = asArcosError(thrown);
        if (code === 'INTERNAL') throw thrown;
        if (typeof data['retryAfter'] === 'number') void reply.header('retry-after', data['retryAfter']);
        return show(request, reply.status(http), form, { elsewhere, fault: message });
      }
    });
  });

  async function enter(request: FastifyRequest, { user, password, token }: z.infer<typeof FORM>): Promise<string> {
    if (token === '') return access.people.login({ name: user, password, address: request.ip });
    checkPassword(password);
    const id = await access.people.redeem(token, 'password', request.ip);
    await access.people.setPassword(id, password);
    return id;
  }
}

export function acceptForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 16_384 },
    async (_request: unknown, body: string | Buffer) => Object.fromEntries(new URLSearchParams(String(body))),
  );
}

/** Where to go after the login: a path of this server, and never another site's address. */
export function ownPath(next: string): string {
  const here = 'http://here.invalid';
  const url = /^\/(?![/\\])/.test(next) ? URL.parse(next, here) : null;
  return url !== null && url.origin === here ? `${url.pathname}${url.search}${url.hash}` : '/console';
}

const WORDS = {
  'pt-BR': {
    title: 'Entrar',
    user: 'Usuário',
    password: 'Senha',
    choose: 'Escolha uma senha',
    rule: 'Pelo menos 12 caracteres; várias palavras são fáceis de lembrar.',
    failed: 'Não foi possível entrar',
    elsewhere: 'Entrar com a conta da organização',
  },
  en: {
    title: 'Log in',
    user: 'User',
    password: 'Password',
    choose: 'Choose a password',
    rule: 'At least 12 characters; several words are easy to remember.',
    failed: 'You could not be logged in',
    elsewhere: 'Log in with the organisation’s account',
  },
} as const;

function show(
  request: FastifyRequest,
  reply: FastifyReply,
  { user, token, next }: z.infer<typeof FORM>,
  { elsewhere, fault }: { elsewhere: boolean; fault?: string },
): FastifyReply {
  const language = languageOf(request);
  const words = WORDS[language];
  const title = token === '' ? words.title : words.choose;
  const hidden = (name: string, value: string) =>
    value !== '' && html`<input type="hidden" name="${name}" value="${value}">`;
  const who =
    token === ''
      ? html`<label>${words.user} <input name="user" autocomplete="username" required autofocus value="${user}"></label>`
      : html`<p>${words.rule}</p>`;
  const asked = new URLSearchParams({ next }).toString();
  const link = elsewhere && token === '' && html`<p><a href="/login/oidc?${asked}">${words.elsewhere}</a></p>`;
  const kind = token === '' ? 'current-password' : 'new-password';
  return page(reply, {
    language,
    title,
    content: html`${fault !== undefined && html`<p role="alert">${words.failed}: ${fault}</p>`}
<form method="post" action="/login">${hidden('token', token)}${hidden('next', next)}${who}
<label>${words.password} <input type="password" name="password" autocomplete="${kind}" required></label>
<button>${words.title}</button></form>${link}`,
  });
}

/** A login that did not succeed, with the way back to another. */
export function failedPage(request: FastifyRequest, reply: FastifyReply, message: string): FastifyReply {
  const language = languageOf(request);
  const { failed, title } = WORDS[language];
  const content = html`<p role="alert">${message}</p><p><a href="/login">${title}</a></p>`;
  return page(reply, { language, title: failed, content });
}

export function languageOf(request: FastifyRequest): 'pt-BR' | 'en' {
  return /^\s*en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'pt-BR';
}

interface Page {
  readonly language: string;
  readonly title: string;
  readonly content: Html;
}

/** A page of logging in, which needs no script. */
export function page(reply: FastifyReply, { language, title, content }: Page): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      html`<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · Arcos</title><style>body{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem}
label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit;padding:.5rem;box-sizing:border-box}
button{font:inherit;padding:.5rem 1rem}[role=alert]{color:#a40000}code{font-size:1.5rem}</style>
<main><h1>${title}</h1>${content}</main></html>`.text,
    );
}
