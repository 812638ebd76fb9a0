import { once } from 'node:events';
import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import type { Principal } from '../../../access/principal.ts';
import { ArcosError } from '../../../base/errors.ts';
import type { TablePath } from '../../../sql/catalog.ts';
import type { ReadRequest } from '../../readsessions.ts';
import { admit, type StorageApi } from './door.ts';

interface Timestamp {
  readonly seconds: string | number;
  readonly nanos?: number;
}

interface CreateRequest {
  readonly parent: string;
  readonly readSession?: {
    readonly table: string;
    readonly dataFormat: string;
    readonly tableModifiers?: { readonly snapshotTime?: Timestamp };
    readonly readOptions?: {
      readonly selectedFields: readonly string[];
      readonly rowRestriction: string;
      readonly samplePercentage?: number;
    };
  };
  readonly maxStreamCount: number;
  readonly preferredMinStreamCount: number;
}

interface RowsRequest {
  readonly readStream: string;
  readonly offset: string;
}

interface SplitRequest {
  readonly name: string;
  readonly fraction: number;
}

/** Streams where the client leaves their number to us. */
const STREAMS = 4;
const MOST_STREAMS = 1_000;
const LOOK_MS = 1_000;

/** The methods of google.cloud.bigquery.storage.v1.BigQueryRead. */
export function readMethods(api: StorageApi) {
  const { reads } = api.warehouse;

  async function create(principal: Principal, request: CreateRequest, signal: AbortSignal) {
    const session = await reads.create(principal, projectOf(request.parent), readRequest(request), signal);
    const prefix = `${request.parent}/locations/us/sessions/`;
    return {
      name: `${prefix}${session.id}`,
      expireTime: { seconds: Math.floor(session.expires.getTime() / 1000), nanos: 0 },
      dataFormat: 'ARROW',
      arrowSchema: { serializedSchema: session.schema },
      table: request.readSession?.table,
      readOptions: request.readSession?.readOptions,
      streams: session.streams.map((name) => ({ name: `${prefix}${name}` })),
      estimatedTotalBytesScanned: session.bytes,
      estimatedRowCount: session.rows,
    };
  }

  return {
    CreateReadSession(call: ServerUnaryCall<CreateRequest, unknown>, answer: sendUnaryData<unknown>): void {
      const controller = new AbortController();
      call.once('cancelled', () => controller.abort());
      const subject = () => subjectOf(call.request.readSession?.table);
      admit(api, call, call.getPath(), subject, ({ principal }) =>
        create(principal, call.request, controller.signal),
      ).then(
        (session) => answer(null, session),
        (error) => answer(error),
      );
    },

    ReadRows(call: ServerWritableStream<RowsRequest, unknown>): void {
      admit(
        api,
        call,
        call.getPath(),
        () => ({}),
        async ({ principal, stillValid }) => {
          const stream = shortName(call.request.readStream);
          let looked = Date.now();
          let schema: object = { arrowSchema: { serializedSchema: reads.schema(principal, stream) } };
          for await (const { message, rows, progress } of reads.read(principal, stream, offsetOf(call.request))) {
            if (call.cancelled) return;
            if (Date.now() - looked > LOOK_MS) {
              await stillValid();
              looked = Date.now();
            }
            const batch = {
              arrowRecordBatch: { serializedRecordBatch: message, rowCount: rows },
              rowCount: rows,
              stats: { progress: { atResponseStart: progress.start, atResponseEnd: progress.end } },
              uncompressedByteSize: message.length,
              ...schema,
            };
            // Only the first answer of a call has the schema.
            schema = {};
            if (!call.write(batch)) await Promise.race([once(call, 'drain'), once(call, 'cancelled')]);
          }
        },
      ).then(
        () => call.end(),
        (error) => call.emit('error', error),
      );
    },

    SplitReadStream(call: ServerUnaryCall<SplitRequest, unknown>, answer: sendUnaryData<unknown>): void {
      admit(
        api,
        call,
        call.getPath(),
        () => ({}),
        async ({ principal }) => {
          const { name, fraction } = call.request;
          const prefix = name.slice(0, name.length - shortName(name).length);
          const [primary, remainder] = reads.split(principal, shortName(name), fraction) ?? [];
          // Both are left out where there is nothing to divide.
          if (primary === undefined || remainder === undefined) return {};
          return { primaryStream: { name: prefix + primary }, remainderStream: { name: prefix + remainder } };
        },
      ).then(
        (streams) => answer(null, streams),
        (error) => answer(error),
      );
    },
  };
}

function readRequest({ readSession, maxStreamCount, preferredMinStreamCount }: CreateRequest): ReadRequest {
  const { table = '', dataFormat = '', readOptions, tableModifiers } = readSession ?? {};
  if (dataFormat === 'AVRO') {
    throw new ArcosError('UNSUPPORTED', 'Rows are not to be had as AVRO', { hint: 'Set data_format to ARROW.' });
  }
  if (dataFormat !== 'ARROW') throw new ArcosError('INVALID', 'read_session.data_format must be ARROW');
  const at = tableModifiers?.snapshotTime;
  const sample = readOptions?.samplePercentage;
  const wanted = maxStreamCount > 0 ? maxStreamCount : Math.max(STREAMS, preferredMinStreamCount);
  return {
    table: tableOf(table),
    fields: readOptions?.selectedFields ?? [],
    restriction: readOptions?.rowRestriction ?? '',
    ...(at === undefined || at === null ? {} : { at: new Date(Number(at.seconds) * 1000 + (at.nanos ?? 0) / 1e6) }),
    ...(sample === undefined || sample === null || sample === 0 ? {} : { samplePercent: sample }),
    streams: Math.min(wanted, MOST_STREAMS),
  };
}

function offsetOf({ offset }: RowsRequest): number {
  if (Number(offset) >= 0) return Number(offset);
  throw new ArcosError('INVALID', 'offset must not be negative');
}

function subjectOf(table: string | undefined): { table?: TablePath } {
  try {
    return { table: tableOf(table ?? '') };
  } catch {
    return {};
  }
}

/** `projects/PROJECT/datasets/DATASET/tables/TABLE`. Throws INVALID. */
function tableOf(name: string): TablePath {
  const [, project, dataset, table] = /^projects\/([^/`]+)\/datasets\/([^/`]+)\/tables\/([^/`]+)$/.exec(name) ?? [];
  if (project !== undefined && dataset !== undefined && table !== undefined) return { project, dataset, table };
  throw new ArcosError('INVALID', `Invalid table name "${name}"`, {
    hint: 'Write it as projects/PROJECT/datasets/DATASET/tables/TABLE.',
  });
}

function projectOf(parent: string): string {
  const [, project] = /^projects\/([^/]+)$/.exec(parent) ?? [];
  if (project !== undefined) return project;
  throw new ArcosError('INVALID', `Invalid parent "${parent}"`, { hint: 'Write it as projects/PROJECT.' });
}

/** `SESSION/streams/NUMBER`, from a stream's whole name. */
function shortName(name: string): string {
  return /^projects\/[^/]+\/locations\/[^/]+\/sessions\/(.+)$/.exec(name)?.[1] ?? '';
}
