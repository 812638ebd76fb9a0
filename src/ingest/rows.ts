/** A value of a file: staging keeps everything as text. NULL and '' are one there, as in BigQuery's CSV. */
export type Cell = string | number | boolean | bigint | Date | null | undefined;

export type Row = Readonly<Record<string, Cell>>;

/** Values of a table's partition keys, e.g. `{ ano_particao: 2026, mes_particao: 3 }`. */
export type Partition = Readonly<Record<string, string | number>>;

export interface PartitionBy<Input extends Row = Row> {
  /** In the order of the folders. */
  readonly keys: readonly string[];
  /** The partition that a row belongs in. */
  of(row: Input): Partition;
}
