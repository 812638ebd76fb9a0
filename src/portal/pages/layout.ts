import type { Assets } from '../assets.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';

export interface Page {
  /** Whose portal it is. */
  readonly city: string;
  readonly title: string;
  readonly content: Html;
  /** Path of the page, for the link to the other language. */
  readonly path: string;
  /** Entry of web/ whose script the page needs. */
  readonly script?: string;
}

/** A whole page of the portal. It works without JavaScript; scripts only add to it. */
export function layout(
  { words, language }: Voice,
  assets: Assets,
  { city, title, content, path, script }: Page,
): string {
  const other = language === 'pt' ? 'en' : 'pt';
  const source = script === undefined ? undefined : assets.script(script);
  const styles = ['src/portal.css', ...(script === undefined ? [] : [script])].flatMap((entry) => {
    const own = entry.endsWith('.css') ? assets.script(entry) : undefined;
    return [...(own === undefined ? [] : [own]), ...assets.styles(entry)];
  });
  return html`<!doctype html>
<html lang="${language === 'pt' ? 'pt-BR' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${words.title}</title>
<link rel="icon" href="/web/icon.svg" type="image/svg+xml">
${styles.map((href) => html`<link rel="stylesheet" href="${href}">`)}
${source !== undefined && html`<script type="module" src="${source}"></script>`}
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header class="top">
<a class="brand" href="/?lang=${language}"><strong>Arcos</strong> <span>${words.title}</span></a>
<nav><a href="${path}?lang=${other}" hreflang="${other}" lang="${other}">${words.other}</a> <a href="/console/">${words.console}</a></nav>
</header>
<main id="content">
${content}
</main>
<footer>${city}</footer>
</body>
</html>`.text;
}
