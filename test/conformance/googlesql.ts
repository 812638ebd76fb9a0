import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ArcosError, asArcosError } from '../../src/base/errors.ts';
import type { Json } from '../../src/base/json.ts';
import type { Session, TypedValue } from '../../src/sql/bind.ts';
import type { LiteralValue } from '../../src/sql/bound.ts';
import type { SqlType } from '../../src/sql/type.ts';
import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { type Case, type ParameterType, readCases } from './googlesql/cases.ts';
import { difference } from './googlesql/compare.ts';
import { Engine } from './googlesql/engine.ts';
import { World } from './googlesql/world.ts';

const PLACES: Readonly<Record<string, string>> = {
  PROJECT: 'conformance-project',
  DATASET: 'conformance-project.conformance_dataset',
  DATASET_ID: 'conformance_dataset',
  GCS_BUCKET: 'conformance-bucket',
  PRINCIPAL: 'user:reader@example.org',
  OTHER_PRINCIPAL: 'user:other@example.org',
  GROUP: 'group:readers@example.org',
};

const SESSION: Session = { defaults: { project: 'conformance-project' } };

/**
 * `npm run conformance -- googlesql [--cases FILE] [--filter TEXT] [--verbose]`. Exit code 0 when at least 95 % of the cases match.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: join(import.meta.dirname, '../../../shared/conformance/googlesql.jsonl') },
      filter: { type: 'string', default: '' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const cases = readCases(values.cases).filter(({ name }) => name.includes(values.filter));
  const engine = await Engine.start(await ensureExtensions());
  const folders = new Map<string, { matched: number; deferred: number; all: number }>();
  const total = { matched: 0, deferred: 0, all: 0 };
  for (const one of cases) {
    const folder = one.name.split('/', 1).join('');
    const count = folders.get(folder) ?? { matched: 0, deferred: 0, all: 0 };
    folders.set(folder, count);
    const miss = await missOf(engine, one);
    for (const counted of [count, total]) {
      counted.all++;
      if (miss === undefined) counted.matched++;
      if (miss?.startsWith('needs')) counted.deferred++;
    }
    if (miss !== undefined) console.log(`${one.name}: ${miss}${values.verbose ? `\n${one.query}` : ''}`);
  }
  for (const [name, count] of [...folders, ['all', total] as const]) {
    const deferred = count.deferred === 0 ? '' : `, ${count.deferred} need the warehouse`;
    console.log(`${name.padEnd(24)} ${count.matched} of ${count.all}${deferred}`);
  }
  return total.matched >= 0.95 * total.all ? 0 : 1;
}

/** Why a case does not match; undefined when it does. */
async function missOf(engine: Engine, one: Case): Promise<string | undefined> {
  const needs = needsWarehouse(one);
  if (needs !== undefined) return `needs ${needs}`;
  try {
    const world = await World.create(engine);
    if (one.setup !== undefined) await world.run(placed(one.setup), SESSION);
    for (const call of one.setup_rest ?? []) await restCall(world, placed(call.path), placedJson(call.body));
    world.store.reader = readerOf(one);
    const dataset = one.job_config?.['default_dataset'];
    const [, name = ''] = typeof dataset === 'string' ? placed(dataset).split('.') : [];
    const session: Session = {
      defaults: { project: SESSION.defaults.project, ...(name === '' ? {} : { dataset: name }) },
      ...parametersOf(one),
    };
    const answer = await world.run(placed(one.query), session, { dryRun: one.job_config?.['dry_run'] === true });
    if (one.expected.error !== undefined) return `no error, recorded ${one.expected.error.message_sample}`;
    return difference(answer, one.expected);
  } catch (thrown) {
    return errorDifference(asArcosError(thrown), one);
  }
}

function needsWarehouse({ job_config: config, setup, query }: Case): string | undefined {
  if (config?.['destination'] !== undefined) return 'a destination table';
  return /INFORMATION_SCHEMA/i.test(`${setup ?? ''} ${query}`) ? 'INFORMATION_SCHEMA' : undefined;
}

/** BigQuery's reason for an error of ours. */
function reasonOf(error: ArcosError): string {
  if (error.code === 'NOT_FOUND') return 'notFound';
  if (error.code === 'CONFLICT') return 'duplicate';
  return error.code === 'DENIED' ? 'accessDenied' : 'invalidQuery';
}

function errorDifference(error: ArcosError, { expected }: Case): string | undefined {
  const [line = ''] = error.message.split('\n');
  if (expected.error === undefined || error.code === 'UNSUPPORTED' || error.code === 'INTERNAL') return `error ${line}`;
  const reason = reasonOf(error);
  const same = reason === expected.error.reason || (expected.error.reason === 'invalid' && reason === 'invalidQuery');
  return same ? undefined : `error ${reason} (${line}), recorded ${expected.error.reason}`;
}

function placed(text: string): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => PLACES[name] ?? whole);
}

function placedJson(value: Json): Json {
  return JSON.parse(placed(JSON.stringify(value))) as Json;
}

function readerOf({ headers = {} }: Case): string[] {
  const names = Object.values(headers).flatMap((value) => placed(value).split(','));
  return [...names, 'allAuthenticatedUsers', 'allUsers'];
}

/** The calls of the BigQuery API that the cases make: row access policies, datasets and views. */
async function restCall(world: World, path: string, body: Json): Promise<void> {
  const [, project = '', dataset = '', table = ''] =
    /\/projects\/([^/]+)\/datasets(?:\/([^/]+))?(?:\/tables(?:\/([^/]+))?)?/.exec(path) ?? [];
  const { filterPredicate, grantees, view, tableReference } = body as {
    filterPredicate?: string;
    grantees?: string[];
    view?: { query: string };
    tableReference?: { tableId: string };
  };
  if (filterPredicate !== undefined)
    world.store.addPolicy({ project, dataset, table }, filterPredicate, grantees ?? []);
  if (view !== undefined && tableReference !== undefined) {
    await world.run(`CREATE VIEW \`${project}.${dataset}.${tableReference.tableId}\` AS ${view.query}`, SESSION);
  }
}

function parametersOf({ parameters }: Case): Pick<Session, 'parameters' | 'positionalParameters'> {
  if (parameters === undefined) return {};
  const values = parameters.parameters.map(({ name, type, value }): [string, TypedValue] => {
    const sqlType = typeOf(type);
    return [name?.toLowerCase() ?? '', { type: sqlType, value: literalOf(value, sqlType) }];
  });
  if (parameters.mode === 'named') return { parameters: new Map(values) };
  return { positionalParameters: values.map(([, value]) => value) };
}

function typeOf(type: ParameterType): SqlType {
  if (typeof type === 'string') return { kind: type as 'STRING' };
  if (type.arrayType !== undefined) return { kind: 'ARRAY', element: typeOf(type.arrayType) };
  if (type.structTypes === undefined) return { kind: type.type as 'STRING' };
  const fields = type.structTypes.map(({ name, type: of }) => ({
    ...(name === undefined ? {} : { name }),
    type: typeOf(of),
  }));
  return { kind: 'STRUCT', fields };
}

function literalOf(value: Json, type: SqlType): LiteralValue {
  if (value === null) return null;
  if (type.kind === 'ARRAY' && Array.isArray(value))
    return value.map((element: Json) => literalOf(element, type.element));
  if (type.kind === 'STRUCT') {
    const object = value as Readonly<Record<string, Json>>;
    return type.fields.map((field) => literalOf(object[field.name ?? ''] ?? null, field.type));
  }
  return type.kind === 'BOOL' ? value === true : String(value);
}
