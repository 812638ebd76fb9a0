import { ArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { WriteOptions } from './object.ts';
import type { LakeTables } from './tables.ts';

/** A resumable upload. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly name: string;
  readonly options: WriteOptions;
  /** Of the object that it became. */
  readonly generation?: number;
}

export interface Uploads {
  begin(upload: Upload): Promise<void>;
  /** Throws NOT_FOUND. */
  find(id: string, bucket: string): Promise<Upload>;
  /** What became of it is kept for as long as uploads are, for a client whose last answer was lost. */
  end(id: string, generation: number): Promise<void>;
  remove(id: string): Promise<void>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createUploads(store: Store): Uploads {
  const db = store.tables<LakeTables>();
  return {
    async begin({ id, bucket, name, options }) {
      await db
        .insertInto('lake.upload')
        .values({ id, bucket, name, options: JSON.stringify(options) })
        .execute();
    },
    async find(id, bucket) {
      const row = UUID.test(id)
        ? await db
            .selectFrom('lake.upload')
            .selectAll()
            .where('id', '=', id)
            .where('bucket', '=', bucket)
            .executeTakeFirst()
        : undefined;
      if (row === undefined) throw new ArcosError('NOT_FOUND', 'There is no such upload, or it has ended');
      const { name, options, generation } = row;
      return { id, bucket, name, options, ...(generation === null ? {} : { generation }) };
    },
    async end(id, generation) {
      await db.updateTable('lake.upload').set({ generation }).where('id', '=', id).execute();
    },
    async remove(id) {
      await db.deleteFrom('lake.upload').where('id', '=', id).execute();
    },
  };
}
