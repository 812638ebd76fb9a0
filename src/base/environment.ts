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
}

const VARIABLES = {
  server: 'ARCOS_SERVER',
  key: 'ARCOS_KEY',
  namespace: 'ARCOS_NAMESPACE',
  project: 'ARCOS_PROJECT',
  run: 'ARCOS_RUN',
  attempt: 'ARCOS_ATTEMPT',
} as const;

/** The environment variables that tell a run what it is. */
export function writeRunEnvironment(environment: RunEnvironment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(VARIABLES).map(([member, name]) => [name, String(environment[member as keyof RunEnvironment])]),
  );
}

/** What this process was told; undefined when it was not started as a run. */
export function readRunEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): RunEnvironment | undefined {
  const { [VARIABLES.server]: server, [VARIABLES.key]: key, [VARIABLES.run]: run } = variables;
  if (server === undefined || key === undefined || run === undefined) return undefined;
  return {
    server,
    key,
    run,
    namespace: variables[VARIABLES.namespace] ?? '',
    project: variables[VARIABLES.project] ?? '',
    attempt: Number(variables[VARIABLES.attempt] ?? 1),
  };
}
