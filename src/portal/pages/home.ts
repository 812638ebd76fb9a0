import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';
import type { Publication } from '../publication.ts';

export function homePage({ words, language }: Voice, publications: readonly Publication[]): Html {
  return html`<h1>${words.title}</h1>
<p class="lead">${words.intro}</p>
<h2>${words.datasets}</h2>
${publications.length === 0 && html`<p>${words.none}</p>`}
<ul class="cards">
${publications.map(
  ({ project, dataset, title, description, theme, owner }) => html`<li class="card">
<h3><a href="/dados/${project}/${dataset}?lang=${language}">${title}</a></h3>
<p>${description}</p>
<p class="meta">${theme} · ${owner}</p>
</li>`,
)}
</ul>`;
}
