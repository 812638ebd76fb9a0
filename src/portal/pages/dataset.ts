import { formatsOf } from '../exports.ts';
import { licenceUrl, modifiedAt } from '../feeds.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';
import type { Entry } from '../search.ts';
import { dictionary } from './dictionary.ts';
import { FORMAT_NAMES } from './downloads.ts';

export function datasetPage(voice: Voice, entry: Entry): Html {
  const { words, language } = voice;
  const { publication, tables } = entry;
  const { project, dataset, title, description, licence, frequency, owner, theme, coverage, contact, source } =
    publication;
  const url = licenceUrl(licence);
  const facts: [string, Html | string | undefined][] = [
    [words.theme, html`<a href="/?${new URLSearchParams({ lang: language, theme }).toString()}">${theme}</a>`],
    [words.owner, html`<a href="/?${new URLSearchParams({ lang: language, owner }).toString()}">${owner}</a>`],
    [words.contact, contact?.includes('@') === true ? html`<a href="mailto:${contact}">${contact}</a>` : contact],
    [words.licence, url === undefined ? licence : html`<a href="${url}" rel="license">${licence}</a>`],
    [words.frequency, frequency],
    [words.updated, voice.date(modifiedAt(entry))],
    [words.coverage, coverage],
    [words.source, source],
    [words.published, voice.day(publication.publishedAt)],
  ];
  return html`<nav class="crumbs" aria-label="${words.home}"><a href="/?lang=${language}">${words.datasets}</a></nav>
<h1>${title}</h1>
<p class="lead">${description}</p>
<div class="columns"><div>
<p class="actions"><a class="button plain" href="/pedidos/erro?${new URLSearchParams({ lang: language, project, dataset }).toString()}">${words.report}</a></p>
<h2>${words.tables}</h2>
<ul class="cards">
${tables.map((table) => {
  const base = `/dados/${project}/${dataset}/${table.path.table}`;
  return html`<li class="card">
<h3><a href="${base}?lang=${language}">${table.path.table}</a></h3>
<p>${table.description ?? ''}</p>
<p class="meta">${table.rows !== undefined && html`${voice.number(table.rows)} ${words.rows} · `}${voice.number(table.columns.length)} ${words.columns} · ${words.updated} ${voice.date(table.modifiedAt)}</p>
<p class="downloads">${formatsOf(table).map((format) => html`<a class="button plain" href="${base}.${format}" download aria-label="${words.download} ${table.path.table} ${FORMAT_NAMES[format]}">${FORMAT_NAMES[format]}</a> `)}</p>
</li>`;
})}
</ul>
<h2>${words.dictionary}</h2>
${tables.map((table) => html`<details><summary><code>${table.path.table}</code></summary>${dictionary(voice, table, publication.units)}</details>`)}
</div>
<aside class="panel" aria-label="${words.about}">
<h2>${words.about}</h2>
<dl class="facts">${facts.map(([name, value]) => value !== undefined && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</aside></div>`;
}
