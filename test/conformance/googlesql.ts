import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ArcosError, asArcosError } from '../../src/base/errors.ts';
import type { Json } from '../../src/base/json.ts';
import type { Session, TypedValue } from '../../src/sql/bind.ts';
import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { type Case, readCases } from './googlesql/cases.ts';
import { type Answer, difference } from './googlesql/compare.ts';
import { Engine } from './googlesql/engine.ts';
import { parametersOf } from './googlesql/parameters.ts';
import { placed, placedJson, placesOf } from './googlesql/places.ts';
import { WarehouseWorld } from './googlesql/warehouse.ts';
import { World } from './googlesql/world.ts';

const PLACES = placesOf('conformance-project', 'conformance_dataset', 'conformance-bucket');

const SESSION: Session = { defaults: { project: 'conformance-project' } };

/**
 * `npm run conformance -- googlesql [--cases FILE] [--filter TEXT] [--verbose]`: cases of statements alone on a DuckDB in
 * memory, those about more than statements on the warehouse itself. Exit code 0 when at least 95 % of the cases match.
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
  await using resources = new AsyncDisposableStack();
  let warehouse: Promise<WarehouseWorld> | undefined;
  resources.defer(async () => (await warehouse)?.close());
  const folders = new Map<string, { matched: number; all: number }>();
  const total = { matched: 0, all: 0 };
  for (const one of cases) {
    const folder = one.name.split('/', 1).join('');
    const count = folders.get(folder) ?? { matched: 0, all: 0 };
    folders.set(folder, count);
    const miss = await missOf(one, async () => {
      if (!needsWarehouse(one)) return askEngine(engine, one);
      warehouse ??= WarehouseWorld.open();
      return (await warehouse).ask(one);
    });
    for (const counted of [count, total]) {
      counted.all++;
      if (miss === undefined) counted.matched++;
    }
    if (miss !== undefined) console.log(`${one.name}: ${miss}${values.verbose ? `\n${one.query}` : ''}`);
  }
  for (const [name, { matched, all }] of [...folders, ['all', total] as const]) {
    console.log(`${name.padEnd(24)} ${matched} of ${all}`);
  }
  return total.matched >= 0.95 * total.all ? 0 : 1;
}

/** Why a case does not match; undefined when it does. */
async function missOf(one: Case, ask: () => Promise<Answer>): Promise<string | undefined> {
  try {
    const answer = await ask();
    if (one.expected.error !== undefined) return `no error, recorded ${one.expected.error.message_sample}`;
    return difference(answer, one.expected);
  } catch (thrown) {
    return errorDifference(asArcosError(thrown), one);
  }
}

/** The answer to a case of statements alone, in a world of its own. */
async function askEngine(engine: Engine, one: Case): Promise<Answer> {
  const world = await World.create(engine);
  if (one.setup !== undefined) await world.run(placed(one.setup, PLACES), SESSION);
  for (const call of one.setup_rest ?? []) {
    await restCall(world, placed(call.path, PLACES), placedJson(call.body, PLACES));
  }
  world.store.reader = readerOf(one);
  const dataset = one.job_config?.['default_dataset'];
  const [, name = ''] = typeof dataset === 'string' ? placed(dataset, PLACES).split('.') : [];
  const parameters = parametersOf(one);
  const named = parameters.flatMap((parameter): [string, TypedValue][] =>
    parameter.name === undefined ? [] : [[parameter.name.toLowerCase(), parameter]],
  );
  const session: Session = {
    defaults: { project: SESSION.defaults.project, ...(name === '' ? {} : { dataset: name }) },
    ...(named.length > 0 ? { parameters: new Map(named) } : { positionalParameters: parameters }),
  };
  return world.run(placed(one.query, PLACES), session, { dryRun: one.job_config?.['dry_run'] === true });
}

/** Destination tables, INFORMATION_SCHEMA and whose a project is are known to the warehouse alone. */
function needsWarehouse({ job_config: config, setup, query }: Case): boolean {
  const text = `${setup ?? ''} ${query}`;
  if (config?.['destination'] !== undefined || /INFORMATION_SCHEMA/i.test(text)) return true;
  return [...text.matchAll(/`([^`.\s]+)\.[^`.\s]+\.[^`.\s]+`/g)].some(
    ([, project = '']) => !/^\$\{PROJECT\}$/.test(project),
  );
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

function readerOf({ headers = {} }: Case): string[] {
  const names = Object.values(headers).flatMap((value) => placed(value, PLACES).split(','));
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
