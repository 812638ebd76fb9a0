import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';
import type { NewRequest } from '../requests.ts';

/** What somebody wrote so far. */
export type Draft = Pick<NewRequest, 'kind'> & Partial<NewRequest>;

/** The form by which the public asks for data or tells of an error; it works without JavaScript. */
export function requestPage(voice: Voice, draft: Draft, token: string, fault?: string): Html {
  const { words, language } = voice;
  const { kind, project, dataset, table, text = '', contact = '' } = draft;
  const about = [project, dataset, table].filter((part) => part !== undefined);
  const hidden = {
    token,
    lang: language,
    ...(project && { project }),
    ...(dataset && { dataset }),
    ...(table && { table }),
  };
  return html`<nav class="crumbs" aria-label="${words.home}"><a href="/?lang=${language}">${words.datasets}</a></nav>
<h1>${kind === 'data' ? words.ask : words.report}</h1>
<p class="lead">${kind === 'data' ? words.askIntro : words.reportIntro}</p>
${about.length > 0 && html`<p>${words.about}: <code>${about.join('.')}</code></p>`}
${fault !== undefined && html`<p role="alert" class="fault">${words.notSent}: ${fault}</p>`}
<form class="panel request" method="post" action="${pathOf(kind)}">
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<p class="trap" aria-hidden="true"><label>Website <input name="website" tabindex="-1" autocomplete="off"></label></p>
<p><label for="text">${words.yourText}</label><textarea id="text" name="text" rows="7" required minlength="10" maxlength="4000">${text}</textarea></p>
<p><label for="contact">${words.yourContact}</label><input id="contact" name="contact" type="email" autocomplete="email" maxlength="254" value="${contact}" aria-describedby="use"></p>
<p class="meta" id="use">${words.contactUse}</p>
<p><button type="submit">${words.send}</button></p>
</form>`;
}

export function sentPage({ words, language }: Voice, id: string): Html {
  return html`<h1>${words.sent}</h1><p role="status">${words.sentText} <code>${id}</code>.</p><p><a href="/?lang=${language}">${words.home}</a></p>`;
}

export const pathOf = (kind: NewRequest['kind']): string => (kind === 'data' ? '/pedidos/dados' : '/pedidos/erro');
