import type { ColumnInfo } from '../../sql/catalog.ts';
import type { Row, TableInfo } from '../../warehouse/port.ts';
import { type Chart, isCode, isNumber, isTime } from '../charts.ts';
import type { ExportFile, Version } from '../exports.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';
import type { Publication } from '../publication.ts';
import { chartSection } from './chart.ts';
import { dictionary } from './dictionary.ts';
import { downloads, versionList } from './downloads.ts';
import { apiSection } from './snippets.ts';

/** Which rows the reader wants to see. */
export interface RowChoice {
  readonly column?: string | undefined;
  readonly contains?: string | undefined;
  readonly order?: string | undefined;
  readonly descending?: boolean;
}

export interface TableView {
  readonly publication: Publication;
  readonly info: TableInfo;
  readonly rows: readonly Row[];
  /** What the rows were chosen by; undefined for the first ones. */
  readonly choice: RowChoice | undefined;
  readonly chart: Chart | undefined;
  readonly ready: readonly ExportFile[];
  readonly versions: readonly Version[];
  /** Where the portal is, for texts that are run elsewhere. */
  readonly origin: string;
}

export function tablePage(voice: Voice, view: TableView): Html {
  const { publication, info, ready, versions, origin, chart } = view;
  const { words, language } = voice;
  const { project, dataset } = publication;
  const { table } = info.path;
  const base = `/dados/${project}/${dataset}/${table}`;
  const geometry = info.columns.find(({ type }) => type.kind === 'GEOGRAPHY');
  const about = new URLSearchParams({ lang: language, project, dataset, table });
  return html`<nav class="crumbs" aria-label="${words.home}"><a href="/?lang=${language}">${words.datasets}</a> › <a href="/dados/${project}/${dataset}?lang=${language}">${publication.title}</a></nav>
<h1>${table}</h1>
<p class="lead">${info.description ?? ''}</p>
<p class="meta">${info.rows !== undefined && html`${voice.number(info.rows)} ${words.rows} · `}${words.updated} ${voice.date(info.modifiedAt)} · ${publication.owner} · ${words.licence}: ${publication.licence}</p>
${geometry !== undefined && mapSection(voice, base, info)}
${chartSection(voice, info, chart)}
${rowsSection(voice, view)}
${downloads(voice, base, info, ready)}
${versionList(voice, base, versions)}
<h2>${words.dictionary}</h2>
${dictionary(voice, info, publication.units)}
${publication.source !== undefined && html`<h2>${words.source}</h2><p>${publication.source}</p>`}
${apiSection(voice, origin, info)}
<p><a class="button plain" href="/pedidos/erro?${about.toString()}">${words.report}</a></p>`;
}

/** Columns that can be read in a table: shapes are on the map. */
export function shown(table: TableInfo): ColumnInfo[] {
  return table.columns.filter(({ type }) => type.kind !== 'GEOGRAPHY');
}

/** Columns that rows can be sorted by and looked for in. */
export function sortable(table: TableInfo): ColumnInfo[] {
  return shown(table).filter(
    ({ type }) => !['ARRAY', 'STRUCT', 'JSON', 'BYTES', 'RANGE', 'INTERVAL'].includes(type.kind),
  );
}

function rowsSection(voice: Voice, { info, rows, choice }: TableView): Html {
  const { words, language } = voice;
  const columns = shown(info);
  const texts = columns.filter(({ type }) => type.kind === 'STRING');
  const { column, contains, order, descending = false } = choice ?? {};
  const options = (all: readonly ColumnInfo[], chosen: string | undefined) =>
    all.map(({ name }) => html`<option${name === chosen && html` selected`}>${name}</option>`);
  const sortBy = (name: string) => {
    const query = new URLSearchParams({ lang: language, order: name });
    if (order === name && !descending) query.set('desc', '1');
    if (contains !== undefined && column !== undefined) {
      query.set('column', column);
      query.set('contains', contains);
    }
    return `?${query}#rows`;
  };
  const can = new Set(sortable(info).map(({ name }) => name));
  return html`<h2 id="rows">${words.preview}</h2>
${
  texts.length > 0 &&
  html`<form class="bar" method="get" action="#rows"><input type="hidden" name="lang" value="${language}">
<label>${words.filterColumn} <select name="column">${options(texts, column)}</select></label>
<label>${words.filterText} <input name="contains" value="${contains ?? ''}" maxlength="200"></label>
<button type="submit" class="plain">${words.filter}</button></form>`
}
<p role="status">${choice === undefined ? words.firstRows : rows.length === 0 ? words.noRows : words.foundRows}</p>
${numbersRight(columns)}
<div class="scroll" role="region" aria-label="${words.preview}" tabindex="0">
<table class="preview">
<thead><tr>${columns.map(({ name }) => {
    const sorted = order === name && html` aria-sort="${descending ? 'descending' : 'ascending'}"`;
    return html`<th scope="col"${sorted}>${can.has(name) ? html`<a href="${sortBy(name)}" title="${words.sortBy} ${name}">${name}</a>` : name}</th>`;
  })}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${columns.map((each) => html`<td>${cell(voice, each, row[each.name])}</td>`)}</tr>
`,
  )}</tbody>
</table>
</div>`;
}

/** Said once for each column in place of in each cell. */
function numbersRight(columns: readonly ColumnInfo[]): Html {
  const places = columns.flatMap((column, index) => (isNumber(column) ? [`.preview tr :nth-child(${index + 1})`] : []));
  return places.length === 0 ? html`` : html`<style>${places.join(',')}{text-align:right}</style>`;
}

/** Areas coloured by one of the numbers; the map's script finds what it needs in the data attributes. */
function mapSection({ words }: Voice, base: string, table: TableInfo): Html {
  const numbers = table.columns.filter((column) => isNumber(column) && !isCode(column.name));
  const title = table.columns.find(({ name }) => /^nome/.test(name))?.name ?? '';
  const time = table.columns.find((column) => isTime(column) || /^(ano|year)$/.test(column.name))?.name;
  return html`<h2>${words.map}</h2>
<p class="bar"><label>${words.colour} <select id="map-column">${numbers.map(({ name }) => html`<option>${name}</option>`)}</select></label>${
    time !== undefined &&
    html` <label>${words.timeSlider} <input id="map-time" type="range" min="0" max="0" value="0" step="1"></label> <output id="map-moment" for="map-time">${words.allTimes}</output> <button type="button" class="plain" id="map-play">${words.play}</button>`
  } <span>${words.mapHint}</span></p>
<div id="map" class="map" role="group" aria-label="${words.map}" data-source="${base}.geojson" data-title="${title}"${time !== undefined && html` data-time="${time}" data-all="${words.allTimes}"`}><noscript>${words.mapFallback}</noscript></div>
<p id="map-value" class="map-value" aria-live="polite"></p>
<div id="map-legend" class="legend"></div>`;
}

function cell(voice: Voice, column: ColumnInfo, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return isCode(column.name) ? String(value) : voice.number(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
