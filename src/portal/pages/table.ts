import { typeName } from '../../sql/type.ts';
import type { Row, TableInfo } from '../../warehouse/port.ts';
import { FORMATS } from '../exports.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';
import type { Publication } from '../publication.ts';

export function tablePage(voice: Voice, publication: Publication, table: TableInfo, rows: readonly Row[]): Html {
  const { words, language } = voice;
  const { project, dataset } = publication;
  const base = `/dados/${project}/${dataset}/${table.path.table}`;
  const geometry = table.columns.find(({ type }) => type.kind === 'GEOGRAPHY');
  const formats = FORMATS.filter((format) => format !== 'geojson' || geometry !== undefined);
  return html`<p class="crumbs"><a href="/dados/${project}/${dataset}?lang=${language}">${publication.title}</a></p>
<h1>${table.path.table}</h1>
<p class="lead">${table.description ?? ''}</p>
<p class="meta">${table.rows !== undefined && html`${voice.number(table.rows)} ${words.rows} · `}${words.updated} ${voice.date(table.modifiedAt)} · ${words.licence}: ${publication.licence}</p>
<p class="downloads">${words.download}: ${formats.map((format) => html`<a class="button" href="${base}.${format}" download>${LABELS[format]}</a> `)}</p>
${geometry !== undefined && mapSection(voice, base, table)}
<h2>${words.preview}</h2>
<p>${words.firstRows}</p>
<div class="scroll" role="region" aria-label="${words.preview}" tabindex="0">
<table>
<thead><tr>${shown(table).map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${shown(table).map(({ name }) => html`<td>${cell(voice, row[name])}</td>`)}</tr>
`,
  )}</tbody>
</table>
</div>
<h2>${words.dictionary}</h2>
<table>
<thead><tr><th scope="col">${words.column}</th><th scope="col">${words.type}</th><th scope="col">${words.description}</th></tr></thead>
<tbody>${table.columns.map(
    ({
      name,
      type,
      description,
    }) => html`<tr><th scope="row"><code>${name}</code></th><td><code>${typeName(type)}</code></td><td>${description ?? ''}</td></tr>
`,
  )}</tbody>
</table>`;
}

const LABELS = { csv: 'CSV', parquet: 'Parquet', geojson: 'GeoJSON' } as const;

/** Columns that can be read in a table: shapes are on the map. */
function shown(table: TableInfo) {
  return table.columns.filter(({ type }) => type.kind !== 'GEOGRAPHY');
}

/** Areas coloured by one of the numbers; the map's script finds what it needs in the data attributes. */
function mapSection({ words }: Voice, base: string, table: TableInfo): Html {
  const numbers = table.columns.filter(
    ({ name, type }) => ['INT64', 'FLOAT64', 'NUMERIC'].includes(type.kind) && !/^(id|cod)_/.test(name),
  );
  const title = table.columns.find(({ name }) => name === 'nome')?.name ?? '';
  return html`<h2>${words.map}</h2>
<p><label>${words.colour} <select id="map-column">${numbers.map(({ name }) => html`<option>${name}</option>`)}</select></label> ${words.mapHint}</p>
<div id="map" class="map" role="group" aria-label="${words.map}" data-source="${base}.geojson" data-title="${title}"><noscript>${words.mapFallback}</noscript></div>
<p id="map-value" class="map-value" aria-live="polite"></p>
<div id="map-legend" class="legend"></div>`;
}

function cell(voice: Voice, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return voice.number(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
