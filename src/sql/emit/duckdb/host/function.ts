/** Types that DuckDB hands to a function of ours and takes back. */
export type HostType = 'VARCHAR' | 'BLOB' | 'DOUBLE' | 'BIGINT';
export type HostValue = string | Uint8Array | number | bigint;

/**
 * A function that DuckDB lacks, written here and registered in the engine. It costs about 0.25 s per
 * million rows, so it is the last resort. NULL arguments never reach it.
 */
export interface HostFunction {
  readonly name: string;
  readonly parameters: readonly HostType[];
  readonly result: HostType;
  evaluate(...args: readonly HostValue[]): HostValue | null;
}
