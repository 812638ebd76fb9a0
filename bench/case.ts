/** What `bench/cases/<name>.ts` exports as `bench`: something of ours beside something that does the same job. The file's name is the case's. */
export interface BenchCase {
  /** What is done once by each side, ours first. */
  readonly describe: string;
  /** Measured rounds; one more is run before them and forgotten. */
  readonly rounds: number;
  /** Operations in one run of a side, where a rate says more than a time. */
  readonly operations?: number;
  /** Of the figures that the sides return; where they return none, it is the milliseconds that they took. */
  readonly unit?: string;
  /** What was promised: the most that the median of ours may be, or that of ours/peer. */
  readonly bar?: { readonly of: 'ours' | 'ratio'; readonly most: number };
  prepare(): Promise<Pair | Missing>;
}

/** What the case needs and this machine does not have: it is not measured. */
export interface Missing {
  readonly missing: string;
}

/** Both sides, ready to run any number of times. Only the two functions are measured; a number that one returns is its figure. */
export interface Pair {
  ours(): Promise<unknown>;
  peer(): Promise<unknown>;
  /** Stops and removes everything that `prepare` made. */
  close(): Promise<void>;
}
