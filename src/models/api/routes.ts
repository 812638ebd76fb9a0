import type { FastifyInstance } from 'fastify';
import type { Access } from '../../access/access.ts';
import type { RouteAccess } from '../../access/http.ts';
import { ArcosError } from '../../base/errors.ts';
import { CALLER_HEADER, SECRET_HEADER } from '../rpc/listen.ts';

export interface ModelsApi {
  readonly access: Access;
  /** The models server of a namespace; undefined where it has none. */
  readonly server: (namespace: string) => { readonly address: string; readonly secret: string } | undefined;
}

interface NamespaceRoute {
  Params: { namespace: string };
}

const LARGEST_BODY = 16 * 1024 * 1024;

/** The way to the namespaces' models servers, which nobody reaches but through here: dbt-rpc's `/jsonrpc`. */
export function modelsRoutes({ access, server }: ModelsApi): (app: FastifyInstance) => Promise<void> {
  const mayRun: RouteAccess = {
    action: 'models.run',
    resource: async (request) => {
      const { id, agency } = await access.namespace((request.params as NamespaceRoute['Params']).namespace);
      return { agency, namespace: id };
    },
  };
  return async (app) => {
    app.register(async (inside) => {
      // What is no JSON is told by the models server, in its protocol's words.
      inside.removeAllContentTypeParsers();
      inside.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LARGEST_BODY }, (_request, body, done) =>
        done(null, body),
      );
      inside.post<NamespaceRoute>(
        '/namespaces/:namespace/jsonrpc',
        { config: { access: mayRun } },
        async (request, reply) => {
          const { namespace } = request.params;
          const target = server(namespace);
          if (target === undefined) {
            throw new ArcosError('NOT_FOUND', `The namespace "${namespace}" has no models server`, {
              hint: 'Give the namespace a "models" folder in arcos.toml.',
            });
          }
          const response = await fetch(`${target.address}/jsonrpc`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              [SECRET_HEADER]: target.secret,
              [CALLER_HEADER]: request.ip,
            },
            body: request.body as Buffer<ArrayBuffer>,
          }).catch((cause: unknown) => {
            throw new ArcosError('UNAVAILABLE', `The models server of "${namespace}" is being started again`, {
              cause,
            });
          });
          return reply
            .code(response.status)
            .type('application/json')
            .send(Buffer.from(await response.arrayBuffer()));
        },
      );
    });
  };
}
