import { join } from 'node:path';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ArcosError } from '../../../base/errors.ts';
import type { StorageApi } from './door.ts';
import { readMethods } from './read.ts';

export interface StorageServerOptions extends StorageApi {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM; without it calls are in plain text. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
}

export interface StorageServer {
  readonly port: number;
  stop(): Promise<void>;
}

const SERVICE = 'google.cloud.bigquery.storage.v1.BigQueryRead';

/** BigQuery's Storage API over gRPC, on a port of its own. Throws UNAVAILABLE when the port cannot be had. */
export async function startStorageServer({ host, port, tls, ...api }: StorageServerOptions): Promise<StorageServer> {
  const definition = loadSync(join(import.meta.dirname, 'read.proto'), {
    enums: String,
    longs: String,
    defaults: true,
  });
  const server = new Server();
  server.addService(definition[SERVICE] as ServiceDefinition, readMethods(api));
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: tls.cert, private_key: tls.key }]);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host.includes(':') ? `[${host}]` : host}:${port}`, credentials, (error, taken) => {
      if (error === null) resolve(taken);
      else reject(new ArcosError('UNAVAILABLE', `The gRPC port ${port} cannot be had: ${error.message}`));
    });
  });
  return {
    port: bound,
    stop: async () => server.forceShutdown(),
  };
}
