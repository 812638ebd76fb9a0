import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../../base/log.ts';
import { catalogConnection } from './connection.ts';
import { createEngine, type Engine } from './engine.ts';

export interface EngineLimits {
  /** As DuckDB has it: `512MB`. */
  readonly memoryLimit: string;
  readonly threads: number;
  readonly tempDir: string;
  /** Tasks of one agency that run at once, the others wait; 8 unless told. */
  readonly atOnce?: number;
  /** How long a task may run; six hours unless told, as in BigQuery. */
  readonly timeLimitMs?: number;
  /** Whose engine is started with the server. */
  readonly firstAgency: string;
}

/** An engine for each agency, so that one's queries neither slow nor stop another's. */
export interface EnginePool {
  engine(agency: string): Engine;
  stop(): Promise<void>;
}

export interface PoolSettings {
  readonly extensionsDir: string;
  /** See the engine's settings. */
  readonly remote?: readonly string[] | undefined;
  /** URI of the store that holds the catalog. */
  readonly catalog: string;
  readonly dataDir: string;
  readonly limits: EngineLimits;
  /** Stands before the names of the engines' connections. */
  readonly connections: string;
}

export function createEnginePool(
  { extensionsDir, remote, catalog, dataDir, limits, ...names }: PoolSettings,
  log: Log,
): EnginePool {
  const engines = new Map<string, Engine>();
  let processes = 0;
  return {
    engine(agency) {
      const known = engines.get(agency);
      if (known !== undefined) return known;
      const tempDir = join(limits.tempDir, agency);
      mkdirSync(tempDir, { recursive: true });
      const { memoryLimit, threads, atOnce = 8, timeLimitMs = 6 * 3_600_000 } = limits;
      const connectAs = () => {
        const connections = `${names.connections}-${++processes}`;
        const connection = catalogConnection(catalog, connections);
        return {
          connections,
          settings: { extensionsDir, remote, catalog: connection, dataDir, tempDir, memoryLimit, threads },
        };
      };
      const engine = createEngine({ connectAs, atOnce, timeLimitMs, log: log.child({ agency }) });
      engines.set(agency, engine);
      return engine;
    },
    async stop() {
      await Promise.all([...engines.values()].map((engine) => engine.stop()));
    },
  };
}
