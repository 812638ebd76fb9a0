import { api, path } from '../api.ts';
import { cellText, type Field, type QueryAnswer } from '../bigquery.ts';

const PAGE = 10_000;

/** Every row of a finished query as CSV (RFC 4180), fetched page by page. */
export async function exportCsv(project: string, job: string, fields: readonly Field[]): Promise<Blob> {
  const parts: BlobPart[] = [`${fields.map(({ name }) => quoted(name)).join(',')}\r\n`];
  const base = path`/bigquery/v2/projects/${project}/queries/${job}`;
  for (let start = 0; ; ) {
    const { rows = [], totalRows = '0' } = await api<QueryAnswer>(`${base}?startIndex=${start}&maxResults=${PAGE}`);
    parts.push(
      rows.map(({ f }) => `${f.map(({ v }, index) => quoted(cellText(fields[index], v))).join(',')}\r\n`).join(''),
    );
    start += rows.length;
    if (rows.length === 0 || start >= Number(totalRows)) return new Blob(parts, { type: 'text/csv' });
  }
}

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
