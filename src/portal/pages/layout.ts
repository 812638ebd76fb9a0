import type { Assets } from '../assets.ts';
import { type Html, html, jsonText } from '../html.ts';
import type { Voice } from '../language.ts';

export interface Page {
  /** Whose portal it is. */
  readonly city: string;
  readonly title: string;
  readonly content: Html;
  /** Path of the page, for the link to the other language. */
  readonly path: string;
  /** What the address has besides the language. */
  readonly query?: URLSearchParams;
  /** One sentence for search engines. */
  readonly description?: string;
  /** What machines read of the page, as JSON-LD. */
  readonly linkedData?: object;
  /** Entries of web/ whose scripts the page needs. */
  readonly scripts?: readonly string[];
}

/** A whole page of the portal. It works without JavaScript; scripts only add to it. */
export function layout(
  { words, language }: Voice,
  assets: Assets,
  { city, title, content, path, scripts = [], query, description, linkedData }: Page,
): string {
  const other = language === 'pt' ? 'en' : 'pt';
  const sources = scripts.flatMap((entry) => assets.script(entry) ?? []);
  const styles = ['src/portal.css', ...scripts].flatMap((entry) => {
    const own = entry.endsWith('.css') ? assets.script(entry) : undefined;
    return [...(own === undefined ? [] : [own]), ...assets.styles(entry)];
  });
  const elsewhere = new URLSearchParams(query);
  elsewhere.set('lang', other);
  return html`<!doctype html>
<html lang="${language === 'pt' ? 'pt-BR' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${words.title}</title>
${description !== undefined && html`<meta name="description" content="${description}">`}
<link rel="icon" href="/web/icon.svg" type="image/svg+xml">
${styles.map((href) => html`<link rel="stylesheet" href="${href}">`)}
<link rel="alternate" type="application/rss+xml" title="${words.title}" href="/feed.xml">
${linkedData !== undefined && html`<script type="application/ld+json">${jsonText(linkedData)}</script>`}
${sources.map((source) => html`<script type="module" src="${source}"></script>`)}
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header class="top">
<a class="brand" href="/?lang=${language}"><img src="/web/icon.svg" alt="" width="28" height="28"> <strong>${city === '' ? 'Arcos' : city}</strong> <span>${words.title}</span></a>
<nav><a href="${path}?${elsewhere.toString()}" hreflang="${other}" lang="${other}">${words.other}</a> <a href="/console/">${words.console}</a></nav>
</header>
<main id="content">
${content}
</main>
<footer><p>${city} · <a href="/pedidos/dados?lang=${language}">${words.ask}</a></p><p>${words.machine}: <a href="/api/portal/openapi.json">OpenAPI</a> · <a href="/catalog.jsonld">DCAT-AP</a> · <a href="/data.json">data.json</a> · <a href="/feed.xml">RSS</a></p></footer>
</body>
</html>`.text;
}
