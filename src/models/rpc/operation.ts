import { bindMacro } from '../../jinja/jinja.ts';
import { runningScope } from '../context/running.ts';
import { Session } from '../session.ts';
import { mapOf, textOf, type YamlMap } from '../yaml.ts';
import { CODES, RpcFault } from './fault.ts';
import { queryNode, type Tools } from './sql.ts';
import type { Outcome } from './tasks.ts';

/** Calls a macro of the project: `macro`, or `package.macro`. */
export async function runOperation(params: YamlMap, tools: Tools): Promise<Outcome> {
  const { manifest, invocation, warehouse, log, signal } = tools;
  const started = performance.now();
  const [first = '', second] = (textOf(params['macro']) ?? '').split('.');
  const macro =
    second === undefined ? manifest.macros.find(first, manifest.project) : manifest.macros.of(first, second);
  if (macro === undefined) {
    const message = `dbt could not find a macro with the name "${textOf(params['macro']) ?? ''}" in any package`;
    throw new RpcFault(CODES.runtime, { type: 'RuntimeException', message });
  }
  const node = queryNode(manifest.project, macro.name, '', '', invocation);
  const session = new Session({ warehouse, invocation, nodeId: macro.uniqueId, log, signal });
  const scope = runningScope({ manifest, invocation, node, session, log, onEphemeral: () => undefined });
  await bindMacro(macro.definition, scope)([], mapOf(params['args']));
  const elapsed_time = (performance.now() - started) / 1000;
  return { good: true, result: { results: [], elapsed_time, args: {}, generated_at: new Date().toISOString() } };
}
