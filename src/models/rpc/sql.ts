import { sha256 } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { parseTemplate } from '../../jinja/jinja.ts';
import type { WarehouseClient } from '../../warehouse/port.ts';
import { nodeJson } from '../artifacts/nodejson.ts';
import { timingJson } from '../artifacts/runresults.ts';
import { Compiler } from '../compile.ts';
import { completeConfig } from '../config.ts';
import { failureOf } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import type { AnalysisNode } from '../node.ts';
import { describeManifest } from '../report.ts';
import { Session } from '../session.ts';
import { textOf, type YamlMap } from '../yaml.ts';
import { CODES, RpcFault } from './fault.ts';
import type { Outcome } from './tasks.ts';

export interface Tools {
  readonly manifest: Manifest;
  readonly invocation: Invocation;
  readonly warehouse: WarehouseClient;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Compiles a query that came with the call, and runs it where `asked`. Both texts are base64, as dbt-rpc has them. `rows`: at the most. */
export async function runSql(
  params: YamlMap,
  asked: boolean,
  { manifest, invocation, warehouse, log, signal }: Tools,
  rows?: number,
): Promise<Outcome> {
  const started = performance.now();
  log.info(describeManifest(manifest));
  const name = textOf(params['name']) ?? 'query';
  const raw = decode(params['sql']);
  const node = queryNode(manifest.project, name, raw, decode(params['macros']), invocation);
  const session = new Session({ warehouse, invocation, nodeId: node.uniqueId, log, signal });
  let sql: string | undefined;
  try {
    const begun = new Date();
    const { reads, ...made } = await new Compiler(manifest, invocation).compile(node, session, log);
    sql = made.sql;
    const compiled = new Date();
    const result = asked ? await session.query(sql, rows) : undefined;
    const executed = new Date();
    const timing = [
      { name: 'compile', startedAt: begun, completedAt: compiled },
      { name: 'execute', startedAt: compiled, completedAt: executed },
    ] as const;
    const generated_at = executed.toISOString();
    const names = result?.columns.map((column) => column.name) ?? [];
    const table = {
      column_names: names,
      rows: result?.rows.map((row) => names.map((column) => row[column] ?? null)) ?? [],
    };
    const entry = {
      logs: [],
      raw_sql: raw,
      compiled_sql: sql,
      node: nodeJson({ ...node, ...reads }, { compiledSql: sql }),
      timing: timing.map(timingJson),
      ...(asked ? { table } : {}),
      generated_at,
    };
    const elapsed_time = (performance.now() - started) / 1000;
    return { good: true, result: { results: [entry], elapsed_time, args: {}, generated_at } };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { kind, message } = failureOf(error, node, session.refused(error));
    const code = { Compilation: CODES.compilation, Database: CODES.database, Runtime: CODES.runtime }[kind];
    throw new RpcFault(code, { type: `${kind}Exception`, message, raw_sql: raw, compiled_sql: sql ?? null });
  }
}

function decode(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
}

/** A node for what has no file. */
export function queryNode(
  project: string,
  name: string,
  raw: string,
  macros: string,
  { target }: Invocation,
): AnalysisNode {
  const file = 'from remote system.sql';
  return {
    resourceType: 'rpc',
    uniqueId: `rpc.${project}.${name}`,
    name,
    packageName: project,
    path: `rpc/${name}`,
    file,
    fqn: [project, 'rpc', name],
    tags: [],
    meta: {},
    description: '',
    columns: [],
    config: completeConfig([], 'view'),
    configLayers: [],
    patch: null,
    relation: { database: target.project, schema: target.dataset, identifier: name },
    raw,
    template: parseTemplate(macros + raw, file),
    refs: [],
    sources: [],
    dependsOn: [],
    checksum: sha256(raw),
    configCall: {},
  };
}
