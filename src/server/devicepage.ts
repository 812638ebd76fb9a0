import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import { parse } from '../access/input.ts';
import { createThrottle } from '../access/throttle.ts';
import { systemClock } from '../base/clock.ts';
import { asArcosError } from '../base/errors.ts';
import { html } from '../portal/html.ts';
import { acceptForms, languageOf, page } from './loginpage.ts';

const CODE = z.object({ code: z.string().max(20).default('') });
const TOKEN = z.strictObject({ deviceCode: z.string().max(100) });
const PAGE = '/login/device';
const INTERVAL_S = 2;
/** Days that the key is good for. */
const KEY_DAYS = 30;

const WORDS = {
  'pt-BR': {
    title: 'Permitir um login',
    code: 'Código que o programa mostra',
    look: 'Continuar',
    allow: 'Permitir',
    asked: (address: string) => `Um programa em ${address} pede para agir em seu nome.`,
    careful: 'Só permita se foi você quem começou.',
    done: 'Pronto: volte ao programa.',
  },
  en: {
    title: 'Allow a login',
    code: 'The code that the program shows',
    look: 'Continue',
    allow: 'Allow',
    asked: (address: string) => `A program at ${address} asks to act in your name.`,
    careful: 'Allow it only if you have begun it.',
    done: 'Done: go back to the program.',
  },
} as const;

/** The login of a program without a browser: it shows a code, and who is logged in here allows it. */
export function deviceRoutes(app: FastifyInstance, access: Access): void {
  const { device } = access;
  // Codes are short: who guesses has to wait.
  const guesses = createThrottle(systemClock, { free: 10, firstMs: 1_000, longestMs: 15 * 60_000 });

  app.post('/api/device', { config: { access: 'public' } }, async (request, reply) => {
    const { deviceCode, userCode, expiresAt } = await device.begin(request.ip);
    const verificationUri = `${request.protocol}://${request.host}${PAGE}`;
    return reply.header('cache-control', 'no-store').send({
      deviceCode,
      userCode,
      verificationUri,
      verificationUriComplete: `${verificationUri}?code=${userCode}`,
      interval: INTERVAL_S,
      expiresAt,
    });
  });

  const says = { body: TOKEN };
  app.post('/api/device/token', { config: { access: 'public', says } }, async (request, reply) => {
    const principal = await device.redeem(parse(TOKEN, request.body).deviceCode);
    if (principal === undefined) return reply.status(202).send({ status: 'pending' });
    const expiresAt = new Date(Date.now() + KEY_DAYS * 24 * 3_600_000);
    const key = await access.issueKey(principal, { purpose: 'login', expiresAt });
    return reply.header('cache-control', 'no-store').send({ key, expiresAt });
  });

  void app.register(async (inside) => {
    acceptForms(inside);

    inside.get(PAGE, { config: { access: 'public' } }, async (request, reply) => {
      const { code } = parse(CODE, request.query);
      if (isStranger(request)) return reply.redirect(`/login?next=${encodeURIComponent(`${PAGE}?code=${code}`)}`, 303);
      return show(request, reply, code, async () => device.waiting(code));
    });

    inside.post(PAGE, { config: { access: 'public' } }, async (request, reply) => {
      const { code } = parse(CODE, request.body);
      if (isStranger(request)) return reply.redirect('/login', 303);
      return show(request, reply, code, async () => {
        await device.allow(code, request.principal.id);
        return undefined;
      });
    });
  });

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    code: string,
    act: () => Promise<{ userCode: string; address: string } | undefined>,
  ): Promise<FastifyReply> {
    const language = languageOf(request);
    const words = WORDS[language];
    const { id } = request.principal;
    const answer = (content: ReturnType<typeof html>) => page(reply, { language, title: words.title, content });
    const asks = html`<form><label>${words.code}<input name="code" value="${code}" autocomplete="off" required></label><button>${words.look}</button></form>`;
    if (code === '') return answer(asks);
    try {
      guesses.demand(id);
      const waiting = await act();
      guesses.succeeded(id);
      if (waiting === undefined) return answer(html`<p role="status">${words.done}</p>`);
      return answer(
        html`<p>${words.asked(waiting.address)} <strong>${words.careful}</strong></p><form method="post"><input type="hidden" name="code" value="${waiting.userCode}"><p><code>${waiting.userCode}</code></p><button>${words.allow}</button></form>`,
      );
    } catch (thrown) {
      const { code: error, http, message } = asArcosError(thrown);
      if (error === 'INTERNAL') throw thrown;
      if (error === 'NOT_FOUND') guesses.failed(id);
      void reply.status(http);
      return answer(html`<p role="alert">${message}</p>${asks}`);
    }
  }
}

/** Only people allow a program to act in their name. */
function isStranger({ principal }: FastifyRequest): boolean {
  return principal.kind !== 'user';
}
