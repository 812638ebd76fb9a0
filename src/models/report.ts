import type { Log } from '../base/log.ts';
import type { Manifest } from './manifest.ts';
import { quoteRelation, type RunnableNode, resourceTypeOf } from './node.ts';
import type { NodeResult, Progress, Status } from './run.ts';

/**
 * What a command says as it goes on, in dbt's words: pipelines read them with regular expressions, so they are
 * an interface (`3 of 9 PASS not_null_x .... [PASS in 0.10s]`).
 */
export function reporter(log: Log): Progress {
  return {
    begun(node, index, total) {
      log.info(line(index, total, `START ${subject(node)}`, 'RUN'), fieldsOf(node));
    },
    ended(result, index, total) {
      const { status, executionTime } = result;
      const text = line(
        index,
        total,
        outcomeText(result),
        bracket(result),
        status === 'skipped' ? undefined : executionTime,
      );
      const level = status === 'error' || status === 'fail' ? 'error' : status === 'warn' ? 'warn' : 'info';
      log[level](text, fieldsOf(result.node));
    },
  };
}

/** `Found 3 models, 2 tests, 1 source, 12 macros` */
export function describeManifest({ nodes, macros }: Manifest): string {
  const counts = new Map<string, number>();
  for (const { resourceType } of nodes.values()) counts.set(resourceType, (counts.get(resourceType) ?? 0) + 1);
  const order = ['model', 'test', 'seed', 'snapshot', 'analysis', 'source'] as const;
  const parts = order.map((type) => plural(counts.get(type) ?? 0, type === 'seed' ? 'seed file' : type));
  return `Found ${[...parts, plural(macros.count, 'macro')].join(', ')}`;
}

/** The closing lines of a command. `seconds`: its whole time. */
export function summarise(log: Log, results: readonly NodeResult[], seconds: number): void {
  const kinds = new Map<string, number>();
  for (const { node } of results) kinds.set(kindOf(node), (kinds.get(kindOf(node)) ?? 0) + 1);
  const what = [...kinds].map(([kind, count]) => plural(count, kind)).join(', ');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = (seconds % 60).toFixed(2);
  log.info('');
  log.info(
    `Finished running ${what} in ${hours} hours ${minutes} minutes and ${rest} seconds (${seconds.toFixed(2)}s).`,
  );
  log.info('');
  const count = (...statuses: Status[]) => results.filter(({ status }) => statuses.includes(status)).length;
  const errors = count('error', 'fail');
  const warnings = count('warn');
  if (errors === 0 && warnings === 0) log.info('Completed successfully');
  else log.info(`Completed with ${plural(errors, 'error')} and ${plural(warnings, 'warning')}:`);
  for (const result of results) detail(log, result);
  log.info('');
  log.info(
    `Done. PASS=${count('success', 'pass')} WARN=${warnings} ERROR=${errors} SKIP=${count('skipped')} TOTAL=${results.length}`,
  );
}

/** Line by line, as dbt logs it. */
function detail(log: Log, { node, status, message }: NodeResult): void {
  if (status === 'error') {
    log.info('');
    for (const text of (message ?? '').split('\n')) log.error(text);
  } else if (status === 'fail' || status === 'warn') {
    const say = (text: string) => log[status === 'fail' ? 'error' : 'warn'](text);
    log.info('');
    const isUnit = resourceTypeOf(node) === 'unit_test';
    say(`${status === 'fail' ? 'Failure' : 'Warning'} in ${isUnit ? 'unit_test' : 'test'} ${node.name} (${node.file})`);
    for (const text of (message ?? '').split('\n')) say(text === '' ? '' : `  ${text}`);
    // What a unit test ran is no query of the project's.
    if (isUnit) return;
    log.info('');
    log.info(`  compiled Code at target/compiled/${node.packageName}/${node.file}/${node.path}`);
  }
}

const WIDTH = 80;

function line(index: number, total: number, text: string, status: string, seconds?: number): string {
  const time = seconds === undefined ? '' : ` in ${seconds.toFixed(2)}s`;
  return `${`${index} of ${total} ${text} `.padEnd(WIDTH, '.')} [${status}${time}]`;
}

function subject(node: RunnableNode): string {
  if (node.resourceType === 'test') return `${resourceTypeOf(node)} ${testName(node)}`;
  if (node.resourceType === 'seed') return `seed file ${tableName(node)}`;
  if (node.resourceType === 'snapshot') return `snapshot ${tableName(node)}`;
  return `sql ${node.config.materialized} model ${tableName(node)}`;
}

function outcomeText({ node, status, failures }: NodeResult): string {
  if (status === 'skipped')
    return node.resourceType === 'test'
      ? `SKIP ${resourceTypeOf(node)} ${testName(node)}`
      : `SKIP relation ${tableName(node)}`;
  if (node.resourceType === 'test') {
    const counted = status === 'fail' || status === 'warn' ? `${failures ?? 0} ` : '';
    return `${status.toUpperCase()} ${counted}${testName(node)}`;
  }
  const [done, doing] = WORDS[node.resourceType] ?? ['created', 'creating'];
  return status === 'error' ? `ERROR ${doing} ${subject(node)}` : `OK ${done} ${subject(node)}`;
}

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  seed: ['loaded', 'loading'],
  snapshot: ['snapshotted', 'snapshotting'],
};

function bracket({ status, failures, message, node }: NodeResult): string {
  if (status === 'skipped') return 'SKIP';
  if (node.resourceType !== 'test') return status === 'error' ? 'ERROR' : (message ?? 'OK');
  return status === 'fail' || status === 'warn' ? `${status.toUpperCase()} ${failures ?? 0}` : status.toUpperCase();
}

/** Of a unit test with its model before it: `bairro::soma_zero`. */
function testName(node: RunnableNode): string {
  return node.resourceType === 'test' && node.unit !== undefined ? `${node.fqn.at(-2)}::${node.name}` : node.name;
}

function tableName({ relation }: RunnableNode): string {
  return `${relation.schema}.${relation.identifier}`;
}

function kindOf(node: RunnableNode): string {
  if (node.resourceType === 'model') return `${node.config.materialized} model`;
  return resourceTypeOf(node).replace('_', ' ');
}

function plural(count: number, word: string): string {
  if (count === 1) return `1 ${word}`;
  return `${count} ${word === 'analysis' ? 'analyses' : `${word}s`}`;
}

function fieldsOf(node: RunnableNode): Record<string, unknown> {
  return { unique_id: node.uniqueId, node_relation: quoteRelation(node.relation) };
}
