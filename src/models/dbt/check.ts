import { type Fault, formatFault } from '../../base/fault.ts';
import { lineageDocument } from '../analyse/lineage.ts';
import { analyseProject } from '../analyse/queries.ts';
import { select } from '../select/select.ts';
import type { ProjectCommand } from './command.ts';
import { EXIT } from './opened.ts';

/** Binds every query over the catalog and tells what is wrong with file, line and column. Nothing is run or built. */
export async function check(command: ProjectCommand): Promise<number> {
  const { manifest, asked, invocation } = command;
  const { log } = asked;
  const analysis = await analyseProject(await command.tools());
  await command.write('lineage.json', lineageDocument(manifest, analysis, invocation));
  const chosen = select(manifest.graph, manifest.project, await command.selection());
  const files = new Set([...chosen].map((id) => manifest.nodes.get(id)?.file));
  const faults = analysis.faults.filter(({ file }) => file === undefined || files.has(file));
  for (const fault of unlike(faults)) log[fault.severity === 'error' ? 'error' : 'warn'](formatFault(fault));
  let typed = 0;
  for (const id of chosen) {
    const known = analysis.nodes.get(id);
    if (known?.state === 'typed') typed++;
    else if (known?.state === 'unchecked') log.warn(`Not checked: ${id}: ${known.reason}`);
  }
  const errors = faults.filter(({ severity }) => severity === 'error').length;
  log.info(`Checked ${typed} of ${chosen.size}: ${errors === 1 ? '1 error' : `${errors} errors`}`);
  return errors > 0 ? EXIT.failed : EXIT.done;
}

/** Each once: the same column may be missing in several tests of one file. */
function unlike(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [formatFault(fault), fault])).values()];
}
