import { ArcosError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { ArtifactEvent, ArtifactKind } from './events.ts';
import { notJson } from './json.ts';
import { printEvent } from './report/terminal.ts';
import { currentScope } from './scope.ts';

export interface LinkArtifact {
  readonly url: string;
  readonly text?: string;
}

/**
 * Things to look at, kept beside the run: `artifact.table('bairros', rows)`. The same key again, from
 * the same task, replaces what was there. Throws INVALID when the data is not JSON.
 */
export const artifact = {
  /** Rows as objects; the columns are the members of the first one. Meant for hundreds of rows, not millions. */
  table: (key: string, rows: readonly Readonly<Record<string, Json>>[]) => keep('table', key, rows),
  markdown: (key: string, text: string) => keep('markdown', key, text),
  link: (key: string, link: LinkArtifact) => keep('link', key, { url: link.url, text: link.text ?? link.url }),
};

const LARGEST_BYTES = 1024 * 1024;

function keep(kind: ArtifactKind, key: string, value: unknown): void {
  const why = notJson(value);
  if (why !== undefined) throw new ArcosError('INVALID', `The artifact "${key}" cannot be kept as JSON: ${why}`);
  const data = JSON.stringify(value);
  if (Buffer.byteLength(data) > LARGEST_BYTES) {
    throw new ArcosError('TOO_LARGE', `The artifact "${key}" has ${data.length} bytes; ${LARGEST_BYTES} are allowed`, {
      hint: 'Put the data into the lake or a table, and a link or its first rows here.',
    });
  }
  const { task, now = () => new Date().toISOString(), emit = printEvent } = currentScope() ?? {};
  const event: ArtifactEvent = { kind: 'artifact', key, artifact: kind, data, at: now() };
  emit(task === undefined ? event : { ...event, task });
}
