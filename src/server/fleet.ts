import { join } from 'node:path';
import { ArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { demandBundle } from '../models/bundle.ts';
import { type RollingModels, rollingModels } from '../models/rollout.ts';
import type { ModelsServer } from '../models/server.ts';
import type { City } from './city.ts';
import type { Identities } from './identity.ts';
import type { ModelsCode } from './modelscode.ts';

/** The models servers, one for each namespace that has models. */
export interface ModelsFleet {
  /** That of a namespace, once it is up. */
  server(namespace: string): ModelsServer | undefined;
  /** Those before it that still have something to tell, the newest first. */
  earlier(namespace: string): readonly ModelsServer[];
  /** Puts another version of a namespace's project in the place of the one that answers. Throws INVALID, NOT_FOUND. */
  publish(namespace: string, bundle: unknown): Promise<{ version: string }>;
  /** `origin` is where they find the warehouse. */
  start(origin: string): Promise<void>;
  stop(): Promise<void>;
}

export interface FleetOptions {
  readonly city: City | undefined;
  readonly identities: Identities;
  readonly code: ModelsCode;
  readonly log: Log;
}

/** Statements that a models server has running at a time. */
const THREADS = 2;

export function modelsFleet({ city, identities, code, log }: FleetOptions): ModelsFleet {
  const namespaces = new Map<string, RollingModels>();
  let serverUrl = '';

  async function rolling(namespace: string): Promise<RollingModels> {
    const known = namespaces.get(namespace);
    if (known !== undefined) return known;
    const settings = city?.namespaces[namespace];
    if (settings === undefined || serverUrl === '') {
      throw new ArcosError('NOT_FOUND', `The namespace "${namespace}" can have no models here`, {
        hint: 'Name it, with its project, in arcos.toml.',
      });
    }
    const { agency, project, writes } = settings;
    const key = await identities.keyOf(`modelos-${namespace}`, {
      kind: 'service_account',
      name: `modelos@${namespace}`,
      agency,
      bindings: [project, ...writes].map((id) => ({ role: 'modelos', scope: { kind: 'project', id } })),
    });
    const made = rollingModels({
      namespace,
      target: { name: 'prod', project, dataset: namespace.replaceAll('-', '_'), threads: THREADS },
      serverUrl,
      key,
      log: log.child({ namespace }),
    });
    // Asked for twice at once, the first one stays.
    const first = namespaces.get(namespace) ?? made;
    namespaces.set(namespace, first);
    return first;
  }

  return {
    server: (namespace) => namespaces.get(namespace)?.current,
    earlier: (namespace) => namespaces.get(namespace)?.earlier ?? [],
    async publish(namespace, bundle) {
      const models = await rolling(namespace);
      const { version, directory, follow } = await code.put(namespace, demandBundle(bundle));
      await models.publish(directory, follow);
      return { version };
    },
    async start(origin) {
      serverUrl = origin;
      for (const [namespace, { models }] of Object.entries(city?.namespaces ?? {})) {
        const published = await code.current(namespace);
        if (published !== undefined) await (await rolling(namespace)).start(published, true);
        else if (models !== undefined && city !== undefined) {
          await (await rolling(namespace)).start(join(city.folder, models), false);
        }
      }
    },
    async stop() {
      await Promise.all([...namespaces.values()].map((models) => models.stop()));
      namespaces.clear();
    },
  };
}
