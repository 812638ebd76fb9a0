import type { Log } from '../base/log.ts';
import type { WarehouseClient } from '../warehouse/port.ts';
import { metadataOf } from './artifacts/metadata.ts';
import { timingJson } from './artifacts/runresults.ts';
import { failureOf } from './failure.ts';
import type { Invocation } from './invocation.ts';
import type { Manifest } from './manifest.ts';
import { quoteRelation, type SourceNode } from './node.ts';
import type { Timing } from './run.ts';
import { type Selection, select } from './select/select.ts';
import { Session } from './session.ts';
import { isMap, mapOf, textOf } from './yaml.ts';

export interface FreshnessResult {
  readonly source: SourceNode;
  readonly status: 'pass' | 'warn' | 'error' | 'runtime error';
  readonly message: string | undefined;
  readonly maxLoadedAt: Date | undefined;
  readonly askedAt: Date;
  readonly timing: readonly Timing[];
  /** Seconds. */
  readonly executionTime: number;
}

export interface FreshnessOptions {
  readonly manifest: Manifest;
  readonly invocation: Invocation;
  readonly warehouse: WarehouseClient;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** How old the newest rows of the selected sources are, by what each source says is too old. */
export async function checkFreshness(
  selection: Selection,
  options: FreshnessOptions,
): Promise<readonly FreshnessResult[]> {
  const { manifest, log, signal } = options;
  const chosen = select(manifest.graph, manifest.project, selection);
  const sources = [...manifest.nodes.values()].filter(
    (node): node is SourceNode => node.resourceType === 'source' && chosen.has(node.uniqueId) && isMap(node.freshness),
  );
  const results: FreshnessResult[] = [];
  for (const [index, source] of sources.entries()) {
    signal.throwIfAborted();
    const name = `${source.sourceName}.${source.name}`;
    const place = `${index + 1} of ${sources.length}`;
    log.info(`${`${place} START freshness of ${name} `.padEnd(80, '.')} [RUN]`);
    const result = await checkSource(source, options);
    results.push(result);
    const words = { pass: 'PASS', warn: 'WARN', error: 'ERROR STALE', 'runtime error': 'ERROR' }[result.status];
    const level = result.status === 'pass' ? 'info' : result.status === 'warn' ? 'warn' : 'error';
    const time = result.executionTime.toFixed(2);
    log[level](`${`${place} ${words} freshness of ${name} `.padEnd(80, '.')} [${words} in ${time}s]`);
    if (result.message !== undefined) for (const line of result.message.split('\n')) log.error(line);
  }
  return results;
}

async function checkSource(source: SourceNode, options: FreshnessOptions): Promise<FreshnessResult> {
  const session = new Session({ ...options, nodeId: source.uniqueId });
  const started = new Date();
  const begun = performance.now();
  const rest = () => ({
    source,
    timing: [{ name: 'execute', startedAt: started, completedAt: new Date() }] as const,
    executionTime: (performance.now() - begun) / 1000,
  });
  try {
    const { maxLoadedAt, askedAt } = await loadedAt(source, session);
    const age =
      maxLoadedAt === undefined ? Number.POSITIVE_INFINITY : (askedAt.getTime() - maxLoadedAt.getTime()) / 1000;
    const older = (rule: string) => {
      const { count, period } = mapOf(mapOf(source.freshness)[rule]);
      const unit = SECONDS[textOf(period) ?? ''];
      return typeof count === 'number' && unit !== undefined && age > count * unit;
    };
    const status = older('error_after') ? 'error' : older('warn_after') ? 'warn' : 'pass';
    return { ...rest(), status, message: undefined, maxLoadedAt, askedAt };
  } catch (error) {
    options.signal.throwIfAborted();
    const { message } = failureOf(error, source, session.refused(error));
    return { ...rest(), status: 'runtime error', message, maxLoadedAt: undefined, askedAt: new Date() };
  }
}

/** Of the field that says so; where none does, when the warehouse last wrote the table. */
async function loadedAt(
  source: SourceNode,
  session: Session,
): Promise<{ maxLoadedAt: Date | undefined; askedAt: Date }> {
  const { loadedAtField, relation, freshness, config } = source;
  const query = textOf(config['loaded_at_query']);
  if (loadedAtField === null && query === undefined) {
    return { maxLoadedAt: (await session.table(relation))?.modifiedAt, askedAt: new Date() };
  }
  const filter = textOf(mapOf(freshness)['filter']);
  const newest = query === undefined ? `MAX(${loadedAtField})` : `(\n${query}\n)`;
  const from =
    query === undefined ? `\nFROM ${quoteRelation(relation)}${filter === undefined ? '' : `\nWHERE ${filter}`}` : '';
  const { rows } = await session.query(
    `SELECT CAST(${newest} AS TIMESTAMP) AS max_loaded_at, CURRENT_TIMESTAMP() AS snapshotted_at${from}`,
  );
  const at = (value: unknown) => (typeof value === 'string' ? new Date(value) : undefined);
  return { maxLoadedAt: at(rows[0]?.['max_loaded_at']), askedAt: at(rows[0]?.['snapshotted_at']) ?? new Date() };
}

/** As dbt's sources.json, version 3. */
export function sourcesJson(results: readonly FreshnessResult[], invocation: Invocation, elapsed: number) {
  return { metadata: metadataOf('sources', invocation), results: results.map(freshnessJson), elapsed_time: elapsed };
}

export function freshnessJson(result: FreshnessResult): Record<string, unknown> {
  const { source, status, message, maxLoadedAt, askedAt, timing, executionTime } = result;
  const { uniqueId, freshness } = source;
  if (status === 'runtime error') return { unique_id: uniqueId, error: message ?? null, status };
  const { warn_after, error_after, filter } = mapOf(freshness);
  const rule = (value: unknown) =>
    isMap(value) ? { count: value['count'] ?? null, period: value['period'] ?? null } : null;
  return {
    unique_id: uniqueId,
    max_loaded_at: (maxLoadedAt ?? new Date(0)).toISOString(),
    snapshotted_at: askedAt.toISOString(),
    max_loaded_at_time_ago_in_s: (askedAt.getTime() - (maxLoadedAt ?? new Date(0)).getTime()) / 1000,
    status,
    criteria: { warn_after: rule(warn_after), error_after: rule(error_after), filter: filter ?? null },
    adapter_response: {},
    timing: timing.map(timingJson),
    thread_id: 'MainThread',
    execution_time: executionTime,
  };
}
