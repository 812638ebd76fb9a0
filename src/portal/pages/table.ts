import type { ColumnInfo } from '../../sql/catalog.ts';
import type { Row, TableInfo } from '../../warehouse/port.ts';
import type { ExportFile } from '../exports.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';
import type { Publication } from '../publication.ts';
import { dictionary } from './dictionary.ts';
import { downloads } from './downloads.ts';
import { apiSection } from './snippets.ts';

export interface TableView {
  readonly publication: Publication;
  readonly info: TableInfo;
  /** The first ones. */
  readonly rows: readonly Row[];
  readonly ready: readonly ExportFile[];
  /** Where the portal is, for texts that are run elsewhere. */
  readonly origin: string;
}

export function tablePage(voice: Voice, { publication, info, rows, ready, origin }: TableView): Html {
  const { words, language } = voice;
  const { project, dataset } = publication;
  const base = `/dados/${project}/${dataset}/${info.path.table}`;
  const geometry = info.columns.find(({ type }) => type.kind === 'GEOGRAPHY');
  const columns = shown(info);
  return html`<nav class="crumbs" aria-label="${words.home}"><a href="/?lang=${language}">${words.datasets}</a> › <a href="/dados/${project}/${dataset}?lang=${language}">${publication.title}</a></nav>
<h1>${info.path.table}</h1>
<p class="lead">${info.description ?? ''}</p>
<p class="meta">${info.rows !== undefined && html`${voice.number(info.rows)} ${words.rows} · `}${words.updated} ${voice.date(info.modifiedAt)} · ${publication.owner} · ${words.licence}: ${publication.licence}</p>
${geometry !== undefined && mapSection(voice, base, info)}
<h2>${words.preview}</h2>
<p>${words.firstRows}</p>
${numbersRight(columns)}
<div class="scroll" role="region" aria-label="${words.preview}" tabindex="0">
<table class="preview">
<thead><tr>${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${columns.map((column) => html`<td>${cell(voice, column, row[column.name])}</td>`)}</tr>
`,
  )}</tbody>
</table>
</div>
${downloads(voice, base, info, ready)}
<h2>${words.dictionary}</h2>
${dictionary(voice, info)}
${apiSection(voice, origin, info)}`;
}

/** Columns that can be read in a table: shapes are on the map. */
export function shown(table: TableInfo): ColumnInfo[] {
  return table.columns.filter(({ type }) => type.kind !== 'GEOGRAPHY');
}

function isNumber({ type }: ColumnInfo): boolean {
  return ['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC'].includes(type.kind);
}

/** Said once for each column in place of in each cell. */
function numbersRight(columns: readonly ColumnInfo[]): Html {
  const places = columns.flatMap((column, index) => (isNumber(column) ? [`.preview tr :nth-child(${index + 1})`] : []));
  return html`<style>${places.map((place, index) => `${index === 0 ? '' : ','}${place}`)}{text-align:right}</style>`;
}

/** Numbers that name something are not counted or compared. */
function isCode({ name }: ColumnInfo): boolean {
  return /^(id|cod)(_|$)/.test(name) || /^(ano|mes|dia)$/.test(name);
}

/** Areas coloured by one of the numbers; the map's script finds what it needs in the data attributes. */
function mapSection({ words }: Voice, base: string, table: TableInfo): Html {
  const numbers = table.columns.filter((column) => isNumber(column) && !isCode(column));
  const title = table.columns.find(({ name }) => name === 'nome')?.name ?? '';
  return html`<h2>${words.map}</h2>
<p><label>${words.colour} <select id="map-column">${numbers.map(({ name }) => html`<option>${name}</option>`)}</select></label> ${words.mapHint}</p>
<div id="map" class="map" role="group" aria-label="${words.map}" data-source="${base}.geojson" data-title="${title}"><noscript>${words.mapFallback}</noscript></div>
<p id="map-value" class="map-value" aria-live="polite"></p>
<div id="map-legend" class="legend"></div>`;
}

function cell(voice: Voice, column: ColumnInfo, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return isCode(column) ? String(value) : voice.number(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
