import { parseTemplate, render, type Value } from '../../jinja/jinja.ts';
import type { RunnableNode } from '../node.ts';
import type { Session } from '../session.ts';
import { isMap } from '../yaml.ts';

/** Runs the statements that a node wants before or after it. */
export async function runHooks(
  node: RunnableNode,
  when: 'pre-hook' | 'post-hook',
  scope: Readonly<Record<string, Value>>,
  session: Session,
): Promise<void> {
  for (const hook of node.config[when]) {
    const text = isMap(hook) ? String(hook['sql']) : String(hook);
    const sql = (await render(parseTemplate(text, `${node.file} (${when})`), scope)).trim();
    if (sql !== '') await session.query(sql, 0);
  }
}
