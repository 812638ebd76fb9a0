import type { TableInfo } from '../../warehouse/port.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';
import type { Publication } from '../publication.ts';

export function datasetPage(voice: Voice, publication: Publication, tables: readonly TableInfo[]): Html {
  const { words, language } = voice;
  const { project, dataset, title, description, licence, frequency, owner, theme } = publication;
  return html`<h1>${title}</h1>
<p class="lead">${description}</p>
<dl class="facts">
<dt>${words.theme}</dt><dd>${theme}</dd>
<dt>${words.owner}</dt><dd>${owner}</dd>
<dt>${words.licence}</dt><dd>${licence}</dd>
<dt>${words.frequency}</dt><dd>${frequency}</dd>
</dl>
<h2>${words.tables}</h2>
<ul class="cards">
${tables.map(
  (table) => html`<li class="card">
<h3><a href="/dados/${project}/${dataset}/${table.path.table}?lang=${language}">${table.path.table}</a></h3>
<p>${table.description ?? ''}</p>
<p class="meta">${table.rows !== undefined && html`${voice.number(table.rows)} ${words.rows} · `}${words.updated} ${voice.date(table.modifiedAt)}</p>
</li>`,
)}
</ul>`;
}
