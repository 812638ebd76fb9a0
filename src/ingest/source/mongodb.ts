import type { BSON, Document } from 'mongodb';
import { ArcosError } from '../../base/errors.ts';
import { driver } from './driver.ts';
import { type Source, type SourceRecord, sourceOf } from './source.ts';

export interface MongodbOptions {
  /** `mongodb://user:password@host/database` or `mongodb+srv://...` */
  readonly url: string;
  readonly collection: string;
  /** What `find` takes; all unless told. */
  readonly filter?: Readonly<Record<string, unknown>>;
  /** Fields that are wanted; all unless told. */
  readonly fields?: readonly string[];
  /** A field that grows with each change, of one type; `_id` grows with each insert. */
  readonly cursor?: string;
  /** As the source's `cursor` gives it: Extended JSON, which keeps the type. */
  readonly since?: string;
  /** Documents fetched at a time; 1,000 unless told. */
  readonly batch?: number;
}

/**
 * Documents of a collection. Object ids, 64-bit and decimal numbers come as texts, dates as dates, binary in base64, what
 * is nested as Extended JSON. Needs the package `mongodb`. Not tested against a server.
 */
export function mongodb(options: MongodbOptions): Source {
  const { url, collection, filter = {}, fields, cursor, since, batch = 1000 } = options;
  return sourceOf(since, async function* (moved) {
    const { MongoClient, BSON: bson } = await driver('mongodb', () => import('mongodb'));
    const behind = cursor === undefined || since === undefined ? {} : { [cursor]: { $gt: readCursor(bson, since) } };
    // The fields that were not asked for do not come over the wire either.
    const wanted = fields === undefined ? undefined : [...fields, ...(cursor === undefined ? [] : [cursor])];
    const projection = wanted === undefined ? {} : { _id: 0, ...Object.fromEntries(wanted.map((name) => [name, 1])) };
    let client: InstanceType<typeof MongoClient> | undefined;
    try {
      client = new MongoClient(url, { promoteLongs: false, serverSelectionTimeoutMS: 10_000, appName: 'arcos' });
      const found = client
        .db()
        .collection(collection)
        .find({ $and: [filter, behind] } as Document, {
          projection,
          batchSize: batch,
          ...(cursor === undefined ? {} : { sort: { [cursor]: 1 } }),
        });
      for await (const document of found) {
        const value: unknown = cursor === undefined ? undefined : document[cursor];
        if (value !== undefined && value !== null) moved(bson.EJSON.stringify(value as object, { relaxed: false }));
        yield recordOf(bson, document, fields);
      }
    } catch (cause) {
      if (cause instanceof ArcosError) throw cause;
      const { name = '', message = '' } = cause as Error;
      const away = /^Mongo(Network|ServerSelection|TopologyClosed)/.test(name);
      // Messages of the address's parser may repeat it.
      const said = message.replaceAll(url, 'the address');
      throw new ArcosError(away ? 'UNAVAILABLE' : 'INVALID', `MongoDB ${collection}: ${said}`, { cause });
    } finally {
      await client?.close().catch(() => undefined);
    }
  });
}

function readCursor(bson: typeof BSON, since: string): unknown {
  try {
    return bson.EJSON.parse(since, { relaxed: false });
  } catch (cause) {
    throw new ArcosError('INVALID', 'since is not what the cursor of a MongoDB source was', {
      hint: 'It is Extended JSON, such as {"$date":"2026-01-01T00:00:00Z"} or "text".',
      cause,
    });
  }
}

function recordOf(bson: typeof BSON, document: Document, fields: readonly string[] | undefined): SourceRecord {
  const names = fields ?? Object.keys(document);
  return Object.fromEntries(names.map((name) => [name, cellOf(bson, document[name])]));
}

function cellOf(bson: typeof BSON, value: unknown): SourceRecord[string] {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Date) return value;
  if (value instanceof bson.ObjectId) return value.toHexString();
  if (value instanceof bson.Long || value instanceof bson.Decimal128) return value.toString();
  if (value instanceof bson.Binary) return Buffer.from(value.value()).toString('base64');
  return bson.EJSON.stringify(value as object, { relaxed: true });
}
