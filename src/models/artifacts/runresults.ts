import type { CommandResult } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { quoteRelation } from '../node.ts';
import type { NodeResult, Timing } from '../run.ts';
import { metadataOf } from './metadata.ts';

/** What a command did, as dbt's run_results.json, version 6. `args`: what it was asked, which `retry` reads. */
export function runResultsJson(
  { results, elapsed }: Pick<CommandResult, 'results' | 'elapsed'>,
  invocation: Invocation,
  args: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    metadata: metadataOf('run-results', invocation),
    results: results.map(resultJson),
    elapsed_time: elapsed,
    args: { which: invocation.command, ...args },
  };
}

function resultJson(result: NodeResult): Record<string, unknown> {
  const { node, compiledSql } = result;
  return {
    status: result.status,
    timing: result.timing.map(timingJson),
    thread_id: result.thread,
    execution_time: result.executionTime,
    adapter_response: result.response ?? {},
    message: result.message,
    failures: result.failures,
    unique_id: node.uniqueId,
    compiled: compiledSql === undefined ? null : true,
    compiled_code: compiledSql ?? null,
    relation_name: node.resourceType === 'test' ? null : quoteRelation(node.relation),
    batch_results: null,
  };
}

export function timingJson({ name, startedAt, completedAt }: Timing): Record<string, unknown> {
  return { name, started_at: startedAt.toISOString(), completed_at: completedAt.toISOString() };
}
