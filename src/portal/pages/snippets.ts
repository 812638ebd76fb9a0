import type { TableInfo } from '../../warehouse/port.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';

/** How to ask for the table's rows, in the languages that people use; each text can be run as it is. */
export function apiSection({ words }: Voice, origin: string, info: TableInfo): Html {
  const { project, dataset, table } = info.path;
  const rows = `${origin}/api/portal/${project}/${dataset}/${table}/rows`;
  const sql = `SELECT * FROM \`${project}.${dataset}.${table}\` LIMIT 10`;
  const asked = `${origin}/api/portal/${project}/sql`;
  const snippets: [string, string][] = [
    ['curl', `curl '${rows}?limit=10'`],
    [
      'Python',
      `import pandas

url = "${rows}?limit=1000&format=csv"
frame = pandas.read_csv(url)
print(frame.head())`,
    ],
    ['R', `dados <- read.csv("${rows}?limit=1000&format=csv")\nhead(dados)`],
    [
      'JavaScript',
      `const url = new URL("${rows}");
let cursor;
do {
  url.search = new URLSearchParams({ limit: "1000", ...(cursor && { cursor }) });
  const { rows, next } = await (await fetch(url)).json();
  console.log(rows);
  cursor = next;
} while (cursor);`,
    ],
    ['SQL', `curl --get '${asked}' --data-urlencode 'query=${sql}'`],
  ];
  return html`<h2 id="api">${words.api}</h2>
<p>${words.apiIntro} ${words.apiPages} <a href="/api/portal/openapi.json">${words.openapi}</a>.</p>
${snippets.map(
  (
    [name, text],
    index,
  ) => html`<details class="snippet"${index === 0 && html` open`}><summary>${name}</summary>${name === 'SQL' && html`<p>${words.apiSql}</p>`}<div class="copyable"><pre tabindex="0"><code>${text}</code></pre><button type="button" class="plain copy" hidden data-copied="${words.copied}">${words.copy}<span class="hidden"> ${name}</span></button></div></details>
`,
)}`;
}
