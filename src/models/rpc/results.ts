import { nodeJson } from '../artifacts/nodejson.ts';
import { timingJson } from '../artifacts/runresults.ts';
import type { CommandResult } from '../command.ts';
import type { NodeResult } from '../run.ts';

/** What `poll` adds once a command has ended. */
export function commandJson({ results, elapsed }: CommandResult): Record<string, unknown> {
  return { results: results.map(resultJson), elapsed_time: elapsed, args: {}, generated_at: new Date().toISOString() };
}

function resultJson(result: NodeResult): Record<string, unknown> {
  const { node, response, compiledSql } = result;
  return {
    status: result.status,
    timing: result.timing.map(timingJson),
    thread_id: result.thread,
    execution_time: result.executionTime,
    adapter_response: response ?? {},
    message: result.message,
    failures: result.failures,
    node: nodeJson(node, { compiledSql }),
    agate_table: null,
  };
}
