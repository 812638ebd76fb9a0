import { ArcosError } from '../../base/errors.ts';
import type { Options } from '../../sql/ddl.ts';
import type { DatasetOptions } from '../tables.ts';

/** How long a table and its partitions last, and how it may be read (GoogleSQL, table_option_list). */
export interface Lifetime {
  readonly requirePartitionFilter?: true;
  readonly partitionExpirationMs?: number;
  /** Milliseconds since 1970: from then on there is no such table. */
  readonly expiresAt?: number;
}

const DAY_MS = 86_400_000;
const MEMBERS = {
  require_partition_filter: 'requirePartitionFilter',
  partition_expiration_days: 'partitionExpirationMs',
  expiration_timestamp: 'expiresAt',
} as const;

/** A lifetime with what OPTIONS say; NULL takes a member away. Throws INVALID. */
export function withLifetime(before: Lifetime, options: Options): Lifetime {
  const kept = Object.fromEntries(
    Object.entries(MEMBERS).flatMap(([option, member]) =>
      options[option] === undefined && before[member] !== undefined ? [[member, before[member]]] : [],
    ),
  );
  const { require_partition_filter: filter, partition_expiration_days: days, expiration_timestamp: expires } = options;
  return {
    ...kept,
    ...(filter === true ? { requirePartitionFilter: true } : {}),
    ...(typeof days === 'number' || typeof days === 'string' ? { partitionExpirationMs: Number(days) * DAY_MS } : {}),
    ...(expires === undefined || expires === null ? {} : { expiresAt: instant(expires) }),
  };
}

function instant(value: Options[string]): number {
  const text =
    typeof value === 'string'
      ? value
          .replace(/ UTC$/, '+00')
          .replace(' ', 'T')
          .replace(/([+-]\d\d)$/, '$1:00')
      : '';
  const time = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}${text.includes('T') ? '' : 'T00:00:00'}Z`);
  if (!Number.isNaN(time)) return time;
  throw new ArcosError('INVALID', 'expiration_timestamp must be a TIMESTAMP', {
    hint: "Write it as TIMESTAMP '2030-01-31 00:00:00 UTC'.",
    data: { reason: 'invalidQuery' },
  });
}

/** What a new table has of its dataset where it says nothing itself. */
export function lifetimeIn(
  { defaultTableExpirationMs: table, defaultPartitionExpirationMs: partition }: DatasetOptions,
  own: Lifetime,
  partitioned: boolean,
  now: Date,
): Lifetime {
  const parts = partitioned && partition !== undefined;
  return {
    // Of partitioned tables it is the partitions that go (BigQuery, Update default partition expiration times).
    ...(table !== undefined && !parts ? { expiresAt: now.getTime() + table } : {}),
    ...(parts ? { partitionExpirationMs: partition } : {}),
    ...own,
  };
}

/** The members of a dataset's options that OPTIONS set. */
export function datasetLifetime(
  options: Options,
): Pick<DatasetOptions, 'defaultTableExpirationMs' | 'defaultPartitionExpirationMs'> {
  const days = (name: string): number | undefined =>
    typeof options[name] === 'number' || typeof options[name] === 'string' ? Number(options[name]) * DAY_MS : undefined;
  const [table, partition] = [days('default_table_expiration_days'), days('default_partition_expiration_days')];
  return {
    ...(table === undefined ? {} : { defaultTableExpirationMs: table }),
    ...(partition === undefined ? {} : { defaultPartitionExpirationMs: partition }),
  };
}
