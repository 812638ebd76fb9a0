import { link } from 'node:fs/promises';
import { sha256 } from '../base/ids.ts';
import type { BoundQueryStatement } from '../sql/bound.ts';
import { TEMPORARY_DATASET } from '../sql/catalog.ts';
import { scansOf } from '../sql/scans.ts';
import type { WarehouseCatalog } from './catalog/catalog.ts';
import type { Job, JobOutcome } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { Plan } from './plan.ts';

/** Functions whose answer is another each time, or for each caller and moment. */
const CHANGING =
  /^(RAND|GENERATE_UUID|CURRENT_(DATE|DATETIME|TIME|TIMESTAMP)|SESSION_USER|ST_CLUSTERDBSCAN|KEYS\.NEW_KEYSET|AEAD\.ENCRYPT)$/;

/**
 * What a query asks, of which state of its tables; undefined for one whose answer may be another the next time. The
 * engine's text is a part of it, with what policies leave of the tables to this reader: whoever sees other rows or
 * values asks something else.
 */
export async function cacheKey(
  catalog: WarehouseCatalog,
  bound: BoundQueryStatement,
  plan: Extract<Plan, { kind: 'query' }>,
): Promise<string | undefined> {
  const scans = scansOf(bound);
  const paths = new Map(
    scans.map(({ relation: { path } }) => [[path.project, path.dataset, path.table].join('.'), path]),
  );
  const lasting = scans.every(
    ({ relation, asOf }) =>
      relation.kind === 'native' && relation.path.dataset !== TEMPORARY_DATASET && asOf === undefined,
  );
  if (scans.length === 0 || !lasting || bound.javascript.length > 0 || changes(bound.query)) return undefined;
  const tables = await Promise.all([...paths.values()].map((path) => catalog.native(path)));
  const versions = tables.map((table) => table?.version);
  if (versions.includes(undefined)) return undefined;
  return sha256(JSON.stringify([plan.sql, plan.columns, versions.toSorted()]));
}

function changes(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(changes);
  if (node === null || typeof node !== 'object') return false;
  const { kind, name } = node as { kind?: unknown; name?: unknown };
  if (kind === 'sample' || (kind === 'call' && CHANGING.test(String(name)))) return true;
  return Object.entries(node).some(([member, part]) => member !== 'type' && member !== 'relation' && changes(part));
}

/** What an earlier job found that asked the same; undefined when there is none whose rows are still there. */
export async function cachedOutcome(
  jobs: Jobs,
  { project, id }: Pick<Job, 'project' | 'id'>,
  key: string,
  resultFile: (project: string, id: string) => string,
): Promise<JobOutcome | undefined> {
  const found = await jobs.cached(project, key);
  if (found === undefined) return undefined;
  const { columns, totalRows, rows, statementType } = found;
  if (rows === undefined) {
    const linked = await link(resultFile(project, found.id), resultFile(project, id)).then(
      () => true,
      () => false,
    );
    if (!linked) return undefined;
  }
  return {
    bytesProcessed: 0,
    statementType,
    statistics: { cacheHit: true },
    ...(columns === undefined ? {} : { columns }),
    ...(totalRows === undefined ? {} : { totalRows }),
    ...(rows === undefined ? {} : { rows }),
  };
}
