import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import { type ModelsServer, startModelsServer } from '../models/server.ts';
import type { City } from './city.ts';
import type { Identities } from './identity.ts';

/** The models servers, one for each namespace that has models. */
export interface ModelsFleet {
  /** That of a namespace, once it is up. */
  server(namespace: string): ModelsServer | undefined;
  /** `origin` is where they find the warehouse. */
  start(origin: string): Promise<void>;
  stop(): Promise<void>;
}

export interface FleetOptions {
  readonly city: City | undefined;
  readonly identities: Identities;
  readonly log: Log;
}

/** Statements that a models server has running at a time. */
const THREADS = 2;

export function modelsFleet({ city, identities, log }: FleetOptions): ModelsFleet {
  const servers = new Map<string, ModelsServer>();
  return {
    server: (namespace) => servers.get(namespace),
    async start(origin) {
      for (const [namespace, { agency, project, models, writes }] of Object.entries(city?.namespaces ?? {})) {
        if (models === undefined || city === undefined) continue;
        const key = await identities.keyOf(`modelos-${namespace}`, {
          kind: 'service_account',
          name: `modelos@${namespace}`,
          agency,
          bindings: [project, ...writes].map((id) => ({ role: 'modelos', scope: { kind: 'project', id } })),
        });
        const server = await startModelsServer({
          namespace,
          directory: join(city.folder, models),
          target: { name: 'prod', project, dataset: namespace.replaceAll('-', '_'), threads: THREADS },
          serverUrl: origin,
          key,
          log: log.child({ namespace }),
        });
        servers.set(namespace, server);
      }
    },
    async stop() {
      await Promise.all([...servers.values()].map((server) => server.stop()));
      servers.clear();
    },
  };
}
