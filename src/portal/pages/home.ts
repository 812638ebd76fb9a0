import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';
import type { Entry, FacetValue, Found, Search } from '../search.ts';

/** What is published, as a search narrows it; without one, all of it. */
export function homePage(voice: Voice, { entries, themes, owners }: Found, asked: Search, total: number): Html {
  const { words, language } = voice;
  const narrowed = Object.values(asked).some((value) => value !== undefined);
  const hidden = (['theme', 'owner'] as const).filter((name) => asked[name] !== undefined);
  return html`<section class="hero">
<h1>${words.title}</h1>
<p class="lead">${words.intro}</p>
<form class="search" role="search" action="/" method="get">
<input type="hidden" name="lang" value="${language}">${hidden.map((name) => html`<input type="hidden" name="${name}" value="${asked[name]}">`)}
<label class="hidden" for="q">${words.searchHint}</label>
<input id="q" type="search" name="q" value="${asked.text ?? ''}" placeholder="${words.searchHint}" maxlength="200">
<button type="submit">${words.search}</button>
</form>
</section>
${
  total > 0 &&
  html`<div class="results"><nav class="facets" aria-label="${words.filters}">
${facet(voice, words.theme, 'theme', themes, asked)}
${facet(voice, words.owner, 'owner', owners, asked)}
${narrowed && html`<p><a href="/?lang=${language}">${words.clear}</a></p>`}
</nav>
<section aria-labelledby="found">
<h2 id="found">${words.datasets}</h2>
<p class="meta" role="status">${voice.number(entries.length)} ${entries.length === 1 ? words.result : words.results}</p>
${entries.length === 0 && html`<p>${words.nothingFound}</p>`}
<ul class="cards">${entries.map((entry) => card(voice, entry))}</ul>
</section></div>`
}
${total === 0 && html`<h2>${words.datasets}</h2><p>${words.none}</p>`}`;
}

function card(voice: Voice, { publication, tables }: Entry): Html {
  const { words, language } = voice;
  const { project, dataset, title, description, theme, owner, frequency } = publication;
  const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  const newest = Math.max(0, ...tables.map(({ modifiedAt }) => modifiedAt.getTime()));
  return html`<li class="card">
<p class="tag">${theme}</p>
<h3><a href="/dados/${project}/${dataset}?lang=${language}">${title}</a></h3>
<p>${description}</p>
<p class="meta">${owner} · ${frequency} · ${voice.number(tables.length)} ${words.tables.toLowerCase()} · ${voice.number(rows)} ${words.rows}${newest > 0 && html` · ${words.updated} ${voice.day(new Date(newest))}`}</p>
</li>
`;
}

function facet(
  { words, language, number }: Voice,
  title: string,
  name: 'theme' | 'owner',
  values: readonly FacetValue[],
  asked: Search,
): Html {
  const address = (value: string | undefined) => {
    const query = new URLSearchParams({ lang: language });
    const all = { q: asked.text, theme: asked.theme, owner: asked.owner, [name]: value };
    for (const [key, each] of Object.entries(all)) if (each !== undefined) query.set(key, each);
    return `/?${query}`;
  };
  return html`<h2>${title}</h2>
<ul>${values.map(({ value, count }) => {
    const chosen = asked[name] === value;
    return html`<li><a href="${address(chosen ? undefined : value)}"${chosen && html` aria-current="true" title="${words.clear}"`}>${value}<span class="count">${number(count)}</span></a></li>
`;
  })}</ul>`;
}
