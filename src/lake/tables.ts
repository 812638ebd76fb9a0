import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ObjectHeaders, WriteOptions } from './object.ts';
import type { Grant } from './permission.ts';
import type { LifecycleRule } from './rule.ts';

/** The tables this room owns (src/store/migrations/0002_lake.sql and 0007_lake_versions.sql). */
export interface LakeTables {
  'lake.bucket': {
    name: string;
    project: string;
    purpose: BucketPurpose;
    created_at: Generated<Date>;
    versioning: Generated<boolean>;
    labels: JSONColumnType<Record<string, string>, string | undefined>;
    lifecycle: JSONColumnType<readonly LifecycleRule[], string | undefined>;
    policy: JSONColumnType<readonly Grant[], string | undefined>;
    metageneration: Generated<number>;
    updated_at: Generated<Date>;
  };
  'lake.object': ObjectTable;
  'lake.version': ObjectTable & { deleted_at: Date };
  'lake.garbage': { blob: string; since: ColumnType<Date, Date | undefined, Date> };
  'lake.upload': {
    id: string;
    bucket: string;
    name: string;
    options: JSONColumnType<WriteOptions>;
    /** Of the object that the upload became. */
    generation: ColumnType<number | null, never, number>;
    created_at: Generated<Date>;
  };
}

interface ObjectTable {
  bucket: string;
  name: string;
  generation: number;
  size: number;
  content_type: string;
  md5: string;
  crc32c: string;
  metadata: JSONColumnType<Record<string, string>>;
  created_at: Date;
  blob: string;
  metageneration: Generated<number>;
  updated_at: Date;
  headers: JSONColumnType<ObjectHeaders>;
}

/** Data that flows read and write, or the code that runs them: other roles reach it. */
export type BucketPurpose = 'data' | 'code';
