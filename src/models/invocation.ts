import type { RelationName } from './node.ts';
import type { YamlMap } from './yaml.ts';

/** Where a project's tables go: what a target of profiles.yml says, given by the caller. */
export interface Target {
  /** `prod`, `dev`: what `target.name` is to templates. */
  readonly name: string;
  /** The warehouse's project: dbt's database. */
  readonly project: string;
  /** The dataset of models that name none. */
  readonly dataset: string;
  /** Models built at the same time. */
  readonly threads: number;
}

/** What is the same for every node of one command. */
export interface Invocation {
  /** UUID. */
  readonly id: string;
  readonly startedAt: Date;
  /** `run`, `test`, `build`, ... */
  readonly command: string;
  readonly target: Target;
  /** Of `--vars`. */
  readonly vars: YamlMap;
  readonly fullRefresh: boolean;
  readonly failFast: boolean;
  readonly storeFailures: boolean;
  /** Of `--event-time-start` and `--event-time-end`, for microbatch models. */
  readonly eventTimeStart?: Date;
  readonly eventTimeEnd?: Date;
  /** Tables of an earlier command that stand for nodes which are not built here, by unique id (`--defer`). */
  readonly deferred?: ReadonlyMap<string, RelationName>;
  /** Variables that `env_var` reads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The dbt whose behaviour is followed; templates compare it. */
export const DBT_VERSION = '1.10.0';
