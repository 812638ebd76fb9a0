import type { Target } from '../invocation.ts';

/** What the server tells the process of a models server, over IPC, once. */
export interface ToModels {
  readonly start: {
    readonly directory: string;
    /** Read nothing outside of it. */
    readonly confined: boolean;
    readonly target: Target;
    /** Origin of the Arcos server: the way to the warehouse. */
    readonly serverUrl: string;
    readonly key: string;
    /** What callers must show. */
    readonly secret: string;
  };
}

/** What the process answers. */
export type FromModels = { readonly ready: string } | { readonly failed: string };
