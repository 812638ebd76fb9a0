/**
 * What a run's process is told by the agent that starts it, through environment variables. It is all
 * a flow needs to reach Arcos; a flow run by hand with `node flow.ts` has none of it.
 */
export interface RunEnvironment {
  /** Origin of the server, e.g. `https://arcos.rio`. */
  readonly server: string;
  /** The run's own key; it dies with the run. */
  readonly key: string;
  readonly namespace: string;
  /** The namespace's project: where the run stages and materialises unless told otherwise. */
  readonly project: string;
  readonly run: string;
  /** 1 for the first execution of the run. */
  readonly attempt: number;
  /** When the run was to begin, ISO 8601: of a backfill, the moment it stands for. */
  readonly scheduledFor?: string;
}

const VARIABLES = {
  server: 'ARCOS_SERVER',
  key: 'ARCOS_KEY',
  namespace: 'ARCOS_NAMESPACE',
  project: 'ARCOS_PROJECT',
  run: 'ARCOS_RUN',
  attempt: 'ARCOS_ATTEMPT',
  scheduledFor: 'ARCOS_SCHEDULED_FOR',
} as const;

/** The environment variables that tell a run what it is. */
export function writeRunEnvironment(environment: RunEnvironment): Record<string, string> {
  const told = Object.entries(VARIABLES).flatMap(([member, name]) => {
    const value = environment[member as keyof RunEnvironment];
    return value === undefined ? [] : [[name, String(value)]];
  });
  return Object.fromEntries(told);
}

/** What this process was told; undefined when it was not started as a run. */
export function readRunEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): RunEnvironment | undefined {
  const { [VARIABLES.server]: server, [VARIABLES.key]: key, [VARIABLES.run]: run } = variables;
  if (server === undefined || key === undefined || run === undefined) return undefined;
  const scheduledFor = variables[VARIABLES.scheduledFor];
  return {
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    server,
    key,
    run,
    namespace: variables[VARIABLES.namespace] ?? '',
    project: variables[VARIABLES.project] ?? '',
    attempt: Number(variables[VARIABLES.attempt] ?? 1),
  };
}
