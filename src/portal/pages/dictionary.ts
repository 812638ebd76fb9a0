import { typeName } from '../../sql/type.ts';
import type { TableInfo } from '../../warehouse/port.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';

/** What each column is. */
export function dictionary(
  { words }: Voice,
  { columns, path }: TableInfo,
  units: Readonly<Record<string, string>> = {},
): Html {
  const unitOf = (name: string) => units[`${path.table}.${name}`];
  const measured = columns.some(({ name }) => unitOf(name) !== undefined);
  return html`<div class="scroll" role="region" aria-label="${words.dictionary}: ${path.table}" tabindex="0">
<table>
<thead><tr><th scope="col">${words.column}</th><th scope="col">${words.type}</th>${measured && html`<th scope="col">${words.unit}</th>`}<th scope="col">${words.description}</th></tr></thead>
<tbody>${columns.map(
    ({
      name,
      type,
      description,
    }) => html`<tr><th scope="row"><code>${name}</code></th><td><code>${typeName(type)}</code></td>${measured && html`<td>${unitOf(name) ?? ''}</td>`}<td>${description ?? ''}</td></tr>
`,
  )}</tbody>
</table></div>`;
}
