import { createHash } from 'node:crypto';
import { BIGINT, BLOB, DOUBLE, DuckDBBlobValue, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import type { HostFunction, HostValue } from '../../../sql/duckdb.ts';

const TYPES = { VARCHAR, BLOB, DOUBLE, BIGINT } as const;

/** The pure rooms know no digests beyond DuckDB's; Node has this one. */
export const SHA512: HostFunction = {
  name: 'bq_sha512',
  parameters: ['BLOB'],
  result: 'BLOB',
  evaluate: (bytes) =>
    createHash('sha512')
      .update(bytes as Uint8Array)
      .digest(),
};

/** A function of the pure rooms as DuckDB calls it. */
export function hostFunction({ name, parameters, result, evaluate }: HostFunction): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: parameters.map((type) => TYPES[type]),
    returnType: TYPES[result],
    mainFunction(_info, input, output) {
      const columns = parameters.map((_, index) => input.getColumnVector(index));
      for (let row = 0; row < input.rowCount; row++) {
        const args = columns.map((column) => toHost(column.getItem(row)));
        const known = args.filter((arg) => arg !== null);
        const value = known.length === args.length ? evaluate(...known) : null;
        output.setItem(row, value instanceof Uint8Array ? new DuckDBBlobValue(value) : value);
      }
      output.flush();
    },
  });
}

function toHost(value: unknown): HostValue | null {
  if (value instanceof DuckDBBlobValue) return value.bytes;
  return (value ?? null) as HostValue | null;
}
