import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.ts';
import { noteMethod } from '../../access/auditnote.ts';
import { ArcosError } from '../../base/errors.ts';
import { CODES } from '../rpc/fault.ts';
import { CALLER_HEADER, SECRET_HEADER } from '../rpc/listen.ts';

export interface ModelsApi {
  readonly access: Access;
  /** The models server of a namespace; undefined where it has none. */
  readonly server: (namespace: string) => Target | undefined;
  /** Those before it that still have something to tell. */
  readonly earlier?: (namespace: string) => readonly Target[];
  /** Puts another version of a namespace's project in the place of the one that answers. */
  readonly publish?: (namespace: string, bundle: unknown) => Promise<{ version: string }>;
}

interface Target {
  readonly address: string;
  readonly secret: string;
}

interface NamespaceRoute {
  Params: { namespace: string };
}

type RpcAnswer =
  | { readonly result: unknown }
  | {
      readonly error: {
        readonly code: number;
        readonly message: string;
        readonly data?: { readonly message?: string };
      };
    };

const LARGEST_BODY = 16 * 1024 * 1024;
const LARGEST_PROJECT = 64 * 1024 * 1024;

/** The way to the namespaces' models servers, which nobody reaches but through here: dbt-rpc's `/jsonrpc`, and their lineage. */
export function modelsRoutes({
  access,
  server,
  earlier = () => [],
  publish,
}: ModelsApi): (app: FastifyInstance) => Promise<void> {
  const resource = async (request: FastifyRequest) => {
    const { id, agency } = await access.namespace((request.params as NamespaceRoute['Params']).namespace);
    return { agency, namespace: id };
  };
  const send = async (namespace: string, caller: string, body: string | Buffer<ArrayBuffer>): Promise<Response> => {
    const target = server(namespace);
    if (target === undefined) {
      throw new ArcosError('NOT_FOUND', `The namespace "${namespace}" has no models server`, {
        hint: 'Give the namespace a "models" folder in arcos.toml, or use "arcos models publish".',
      });
    }
    return call(target, caller, body).catch((cause: unknown) => {
      throw new ArcosError('UNAVAILABLE', `The models server of "${namespace}" is being started again`, { cause });
    });
  };
  return async (app) => {
    app.get<NamespaceRoute>(
      '/namespaces/:namespace/lineage',
      { config: { access: { action: 'models.read', resource } } },
      async (request) => {
        const { namespace } = request.params;
        const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'lineage', params: {} });
        const answer = (await (await send(namespace, request.ip, body)).json()) as RpcAnswer;
        if ('result' in answer) return answer.result;
        const { code, message, data } = answer.error;
        const detail = data?.message ?? message;
        if (code === CODES.compiling) throw new ArcosError('UNAVAILABLE', detail);
        throw new ArcosError('STATE', `The models of "${namespace}" cannot be read: ${detail}`);
      },
    );
    if (publish !== undefined) {
      app.post<NamespaceRoute & { Body: { files?: unknown } | null }>(
        '/namespaces/:namespace/models',
        { config: { access: { action: 'flow.deploy', resource } }, bodyLimit: LARGEST_PROJECT },
        async (request) => publish(request.params.namespace, request.body?.files),
      );
    }
    app.register(async (inside) => {
      // What is no JSON is told by the models server, in its protocol's words.
      inside.removeAllContentTypeParsers();
      inside.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LARGEST_BODY }, (_request, body, done) =>
        done(null, body),
      );
      inside.post<NamespaceRoute>(
        '/namespaces/:namespace/jsonrpc',
        { config: { access: { action: 'models.run', resource } } },
        async (request, reply) => {
          const body = request.body as Buffer<ArrayBuffer>;
          const method = methodOf(body);
          noteMethod(method);
          const { namespace } = request.params;
          const response = await send(namespace, request.ip, body);
          let content = Buffer.from(await response.arrayBuffer());
          // A run that began before a new version came is known to the version it began with.
          if (method === 'poll' || method === 'kill') {
            for (const target of earlier(namespace)) {
              if (!isUnknownTask(content)) break;
              const other = await call(target, request.ip, body).catch(() => undefined);
              if (other !== undefined) content = Buffer.from(await other.arrayBuffer());
            }
          }
          return reply.code(response.status).type('application/json').send(content);
        },
      );
    });
  };
}

function call({ address, secret }: Target, caller: string, body: string | Buffer<ArrayBuffer>): Promise<Response> {
  return fetch(`${address}/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [SECRET_HEADER]: secret, [CALLER_HEADER]: caller },
    body,
  });
}

/** What `poll` and `kill` say of a task that the server does not have. */
function isUnknownTask(content: Buffer): boolean {
  const text = content.toString();
  return text.includes('UnknownAsyncIDException') || /"state":"missing"/.test(text);
}

/** What the call names, for the audit log; whether it is a call at all the models server says. */
function methodOf(body: Buffer): unknown {
  try {
    return (JSON.parse(body.toString()) as { method?: unknown } | null)?.method;
  } catch {
    return undefined;
  }
}
