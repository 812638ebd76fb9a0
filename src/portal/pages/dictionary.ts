import { typeName } from '../../sql/type.ts';
import type { TableInfo } from '../../warehouse/port.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';

/** What each column is. */
export function dictionary({ words }: Voice, { columns, path }: TableInfo): Html {
  return html`<div class="scroll" role="region" aria-label="${words.dictionary}: ${path.table}" tabindex="0">
<table>
<thead><tr><th>${words.column}</th><th>${words.type}</th><th>${words.description}</th></tr></thead>
<tbody>${columns.map(
    ({
      name,
      type,
      description,
    }) => html`<tr><th scope="row"><code>${name}</code></th><td><code>${typeName(type)}</code></td><td>${description ?? ''}</td></tr>
`,
  )}</tbody>
</table></div>`;
}
