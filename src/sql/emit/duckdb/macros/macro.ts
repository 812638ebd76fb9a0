/** A macro of DuckDB: what it says otherwise than GoogleSQL, so that emitted SQL stays short. DuckDB writes it out before it plans. */
export type Macro = readonly [name: string, parameters: string, body: string];
