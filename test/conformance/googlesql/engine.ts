import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import {
  BIGINT,
  BLOB,
  DOUBLE,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  VARCHAR,
} from '@duckdb/node-api';
import { ArcosError } from '../../../src/base/errors.ts';
import {
  DUCKDB_PRELUDE,
  HOST_FUNCTIONS,
  type HostFunction,
  type HostType,
  type HostValue,
} from '../../../src/sql/duckdb.ts';
import type { JavaScriptFunction } from '../../../src/sql/routine.ts';

const TYPES: Readonly<Record<HostType, DuckDBType>> = { VARCHAR, BLOB, DOUBLE, BIGINT };

/** A DuckDB in memory that GoogleSQL's emitted SQL runs on. */
export class Engine {
  readonly #connection: DuckDBConnection;
  readonly #registered = new Set<string>();

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** @param extensions folder of `spatial.duckdb_extension`; undefined lets DuckDB find it */
  static async start(extensions: string | undefined): Promise<Engine> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await prepareConnection(connection, extensions);
    return new Engine(connection);
  }

  /** Errors: INVALID for whatever DuckDB refuses. */
  async run(sql: string): Promise<readonly (readonly DuckDBValue[])[]> {
    try {
      return (await this.#connection.runAndReadAll(sql)).getRows();
    } catch (error) {
      throw new ArcosError('INVALID', error instanceof Error ? error.message : String(error), {
        cause: error,
        data: { sql },
      });
    }
  }

  registerJavaScript(functions: readonly JavaScriptFunction[]): void {
    for (const { name, source } of functions) {
      if (this.#registered.has(name)) continue;
      this.#registered.add(name);
      const context = createContext({});
      const evaluate = runInContext(source, context) as (json: string) => string | null;
      register(this.#connection, {
        name,
        parameters: ['VARCHAR'],
        result: 'VARCHAR',
        evaluate: (json) => evaluate(String(json)),
      });
    }
  }
}

/** Gives a connection all that emitted SQL uses: functions, macros, and DuckDB's spatial extension. */
export async function prepareConnection(connection: DuckDBConnection, extensions: string | undefined): Promise<void> {
  const spatial = extensions === undefined ? 'spatial' : `'${join(extensions, 'spatial.duckdb_extension')}'`;
  await connection.run(`LOAD ${spatial}`);
  for (const definition of HOST_FUNCTIONS) register(connection, definition);
  for (const statement of DUCKDB_PRELUDE) await connection.run(statement);
}

function register(connection: DuckDBConnection, { name, parameters, result, evaluate }: HostFunction): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      parameterTypes: parameters.map((type) => TYPES[type]),
      returnType: TYPES[result],
      mainFunction(_info, input, output) {
        const columns = parameters.map((_, at) => input.getColumnVector(at));
        for (let row = 0; row < input.rowCount; row++) {
          const args = columns.map((column) => column.getItem(row));
          output.setItem(row, args.includes(null) ? null : toDuckDB(evaluate(...args.map(fromDuckDB))));
        }
        output.flush();
      },
    }),
  );
}

function fromDuckDB(value: unknown): HostValue {
  return value instanceof DuckDBBlobValue ? value.bytes : (value as HostValue);
}

function toDuckDB(value: HostValue | null): DuckDBValue {
  return value instanceof Uint8Array ? new DuckDBBlobValue(value) : value;
}
