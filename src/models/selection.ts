import { ArcosError } from '../base/errors.ts';
import type { Manifest } from './manifest.ts';
import type { IndirectSelection, Selection } from './select/select.ts';
import { readSelectors, selectorNamed } from './select/selectors.ts';
import { compareWith, type Previous, readPrevious } from './state.ts';
import { listOf, textOf, type YamlMap } from './yaml.ts';

export interface SelectionContext {
  readonly manifest: Manifest;
  /** Of the project. */
  readonly directory: string;
  readonly state: Previous | undefined;
  /** Folder of this project's own artifacts, for `source_status:`. */
  readonly current?: string;
}

const INDIRECT: readonly string[] = ['eager', 'cautious', 'buildable', 'empty'] satisfies IndirectSelection[];

/** What the parameters of a command select. Throws INVALID and NOT_FOUND. */
export async function selectionFrom(params: YamlMap, context: SelectionContext): Promise<Selection> {
  const { manifest, directory, state, current } = context;
  const indirect = textOf(params['indirect_selection']);
  if (indirect !== undefined && !INDIRECT.includes(indirect)) {
    throw new ArcosError('INVALID', `"${indirect}" is no indirect selection: ${INDIRECT.join(', ')}`);
  }
  const wanted = [...listOf(params['select']), ...listOf(params['models'])].map(String);
  const exclude = listOf(params['exclude']).map(String);
  const named = textOf(params['selector']);
  if (named !== undefined && wanted.length + exclude.length > 0) {
    throw new ArcosError('INVALID', '--selector goes without --select and --exclude');
  }
  const selectors = await readSelectors(directory);
  const selector =
    named === undefined
      ? wanted.length + exclude.length === 0
        ? selectors.fallback
        : undefined
      : selectorNamed(selectors, named);
  const now =
    state === undefined || current === undefined ? undefined : await readPrevious(current).catch(() => undefined);
  return {
    select: wanted,
    exclude,
    ...(indirect === undefined ? {} : { indirect: indirect as IndirectSelection }),
    ...(selector === undefined ? {} : { selector }),
    ...(state === undefined ? {} : { comparison: compareWith(state, manifest, now) }),
  };
}
