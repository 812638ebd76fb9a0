import { ArcosError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { HostObject, toText, type Value } from '../../jinja/jinja.ts';
import { type Compiled, Compiler } from '../compile.ts';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import type { ModelNode, Node } from '../node.ts';
import { quoteRelation } from '../node.ts';
import type { Session } from '../session.ts';
import { textOf } from '../yaml.ts';
import { type Batch, batchesOf } from './batches.ts';
import { runHooks } from './hooks.ts';
import { columnName } from './layout.ts';
import { type AdapterResponse, responseOf } from './response.ts';
import { createTable } from './statements.ts';

export interface MicrobatchOptions {
  readonly manifest: Manifest;
  readonly invocation: Invocation;
  readonly session: Session;
  readonly log: Log;
}

export function isMicrobatch({ config }: ModelNode): boolean {
  return config.materialized === 'incremental' && config['incremental_strategy'] === 'microbatch';
}

/**
 * Makes a model stretch by stretch: each is one statement, which readers see whole or not at all, and which can be done
 * again. The first of a table that is made anew makes the table. A stretch that fails does not hold up the others.
 */
export async function buildMicrobatch(
  node: ModelNode,
  { scope }: Compiled,
  { manifest, invocation, session, log }: MicrobatchOptions,
): Promise<AdapterResponse> {
  const { config, relation } = node;
  const fullRefresh = typeof config['full_refresh'] === 'boolean' ? config['full_refresh'] : invocation.fullRefresh;
  const existing = await session.table(relation);
  let anew = existing?.kind !== 'native' || fullRefresh;
  const batches = batchesOf(node.name, config, invocation, anew);
  await runHooks(node, 'pre-hook', scope, session);
  const failed: string[] = [];
  let response: AdapterResponse | undefined;
  let rows = 0;
  for (const [index, batch] of batches.entries()) {
    const name = `${batch.start.toISOString().slice(0, 16)} (${index + 1} of ${batches.length})`;
    try {
      const compiler = new Compiler(manifest, invocation, () => ({
        scope: { is_incremental: scope['is_incremental'] },
        resolve: (found, otherwise) => within(found, otherwise, batch),
        this: undefined,
      }));
      const { sql } = await compiler.compile(node, session, log);
      const result = await session.query(
        anew
          ? createTable(node, sql)
          : replaceStretch(
              node,
              sql,
              batch,
              existing?.columns.map((column) => column.name) ?? (await columnsNow(node, session)),
            ),
      );
      anew = false;
      response = responseOf(result);
      rows += result.affectedRows ?? 0;
    } catch (error) {
      // Without a table there is nothing for the others to go into.
      if (anew || session.stopped) throw error;
      failed.push(`Batch ${name}: ${error instanceof Error ? error.message : String(error)}`);
      log.error(`Batch ${name} of ${node.uniqueId} failed`);
    }
  }
  if (failed.length > 0) {
    throw new ArcosError('INVALID', `${failed.length} of ${batches.length} batches failed\n${failed.join('\n')}`);
  }
  await runHooks(node, 'post-hook', scope, session);
  const none = { _message: 'OK', code: 'MERGE', bytes_processed: 0, job_id: '' };
  return { ...(response ?? none), _message: `MERGE (${batches.length} batches, ${rows} rows)`, rows_affected: rows };
}

async function columnsNow({ relation }: ModelNode, session: Session): Promise<string[]> {
  return (await session.table(relation))?.columns.map(({ name }) => name) ?? [];
}

/** A table that says when its rows happened is read for the batch's time only. */
function within(found: Node, otherwise: () => Value, batch: Batch): Value {
  const eventTime = textOf(found.config['event_time']);
  const relation = otherwise();
  if (eventTime === undefined) return relation;
  const text = `(SELECT * FROM ${toText(relation)} WHERE ${stretch(eventTime, batch)})`;
  const plain = new HostObject(
    'BigQueryRelation',
    {
      render: relation instanceof HostObject ? relation.member('render') : undefined,
    },
    () => text,
  );
  return plain;
}

function stretch(column: string, { start, end }: Batch, alias = ''): string {
  const value = `CAST(${alias}${columnName(column)} AS TIMESTAMP)`;
  return `${value} >= TIMESTAMP '${start.toISOString()}' AND ${value} < TIMESTAMP '${end.toISOString()}'`;
}

/** What the table has of the time goes, and the query's rows come, at once. No row matches another. */
function replaceStretch(node: ModelNode, sql: string, batch: Batch, columns: readonly string[]): string {
  const names = columns.map(columnName).join(', ');
  const eventTime = String(node.config['event_time']);
  const never = (side: string, alias: string) =>
    `CONCAT('${side} ', CAST(${alias}.${columnName(eventTime)} AS STRING))`;
  return [
    `MERGE INTO ${quoteRelation(node.relation)} AS DBT_INTERNAL_DEST`,
    `USING (\n${sql}\n) AS DBT_INTERNAL_SOURCE`,
    `ON ${never('old', 'DBT_INTERNAL_DEST')} = ${never('new', 'DBT_INTERNAL_SOURCE')}`,
    `WHEN NOT MATCHED BY SOURCE AND ${stretch(eventTime, batch, 'DBT_INTERNAL_DEST.')} THEN DELETE`,
    `WHEN NOT MATCHED THEN INSERT (${names}) VALUES (${names})`,
  ].join('\n');
}
