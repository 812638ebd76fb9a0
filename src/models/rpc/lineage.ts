import { silentLog } from '../../base/log.ts';
import { type LineageDocument, lineageDocument } from '../analyse/lineage.ts';
import { analyseProject } from '../analyse/queries.ts';
import type { CommandOptions } from '../command.ts';
import type { Manifest } from '../manifest.ts';

/** How long tables may have changed unseen. */
const KEPT_MS = 60_000;

/** The lineage of the project a server holds, made when asked and kept for a while: a page of it is looked at many times. */
export function keptLineage(now: () => number = Date.now) {
  let kept: { readonly of: Manifest; readonly at: number; readonly made: Promise<LineageDocument> } | undefined;
  return (options: Omit<CommandOptions, 'log'>): Promise<LineageDocument> => {
    const { manifest, invocation } = options;
    if (kept?.of === manifest && now() - kept.at < KEPT_MS) return kept.made;
    const made = analyseProject({ ...options, log: silentLog }).then((analysis) =>
      lineageDocument(manifest, analysis, invocation),
    );
    kept = { of: manifest, at: now(), made };
    made.catch(() => {
      kept = undefined;
    });
    return made;
  };
}
