import type { TableInfo } from '../../warehouse/port.ts';
import { type ExportFile, formatsOf, type Version } from '../exports.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';

export const FORMAT_NAMES = { csv: 'CSV', parquet: 'Parquet', xlsx: 'Excel (XLSX)', geojson: 'GeoJSON' } as const;

/** The whole table as files, with what is known of those that are made already. */
export function downloads(voice: Voice, base: string, info: TableInfo, ready: readonly ExportFile[]): Html {
  const { words } = voice;
  const rows = formatsOf(info).map((format) => ({ format, file: ready.find((each) => each.format === format) }));
  if (rows.length === 0) return html``;
  return html`<h2>${words.download}</h2>
<div class="scroll" role="region" aria-label="${words.download}" tabindex="0"><table class="files">
<thead><tr><th>${words.file}</th><th>${words.size}</th><th>${words.checksum}</th></tr></thead>
<tbody>${rows.map(
    ({
      format,
      file,
    }) => html`<tr><th scope="row"><a class="button" href="${base}.${format}" download>${FORMAT_NAMES[format]}</a></th>
<td>${file === undefined ? words.made : voice.bytes(file.bytes)}</td>
<td>${file === undefined ? html`<a href="${base}.${format}.sha256">${info.path.table}.${format}.sha256</a>` : html`<code class="sum">${file.sha256}</code>`}</td></tr>
`,
  )}</tbody></table></div>`;
}

/** The states of the table that are kept, each file under an address of its own that never changes what it means. */
export function versionList(voice: Voice, base: string, versions: readonly Version[]): Html {
  const { words } = voice;
  if (versions.length === 0) return html``;
  return html`<h2>${words.versions}</h2><p>${words.versionsIntro}</p>
<ul class="versions">${versions.map(
    ({
      id,
      at,
      files,
    }) => html`<li>${words.version} <time datetime="${at.toISOString()}">${voice.date(at)}</time>: ${files.map(
      ({ format, bytes }) =>
        html`<a href="${base}/versoes/${id}.${format}" download aria-label="${FORMAT_NAMES[format]}, ${words.version} ${voice.date(at)}">${FORMAT_NAMES[format]}</a> <span class="meta">${voice.bytes(bytes)}</span> `,
    )}</li>
`,
  )}</ul>`;
}
