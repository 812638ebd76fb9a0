import { asArcosError } from '../../base/errors.ts';
import { JinjaError } from '../../jinja/jinja.ts';

/** dbt-rpc's error codes (-32768 to -32000 are JSON-RPC's own). */
export const CODES = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  server: -32000,
  runtime: 10001,
  database: 10003,
  compilation: 10004,
  timeout: 10008,
  killed: 10009,
  compiling: 10010,
  loadFailed: 10011,
} as const;

const MESSAGES: Readonly<Record<number, string>> = {
  [CODES.parse]: 'Parse error',
  [CODES.request]: 'Invalid Request',
  [CODES.method]: 'Method not found',
  [CODES.params]: 'Invalid params',
  [CODES.server]: 'Server error',
  [CODES.runtime]: 'Runtime Error',
  [CODES.database]: 'Database Error',
  [CODES.compilation]: 'Compilation Error',
  [CODES.timeout]: 'RPC timeout error',
  [CODES.killed]: 'RPC process killed',
  [CODES.compiling]: 'RPC server is compiling the project, call the "status" method for compile status',
  [CODES.loadFailed]: 'RPC server failed to compile project, call the "status" method for compile status',
};

/** An answer that is an error, as JSON-RPC 2.0 has it. */
export class RpcFault extends Error {
  readonly code: number;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: number, data?: Readonly<Record<string, unknown>>) {
    super(MESSAGES[code] ?? 'Server error');
    this.code = code;
    this.data = data;
  }
}

/** An error of no code of its own. `type` is the name that dbt's Python has for it. */
export function serverFault(type: string, message: string, args: readonly unknown[] = [message]): RpcFault {
  return new RpcFault(CODES.server, { type, args, message });
}

/** Whatever was thrown, as an answer. */
export function asRpcFault(error: unknown): RpcFault {
  if (error instanceof RpcFault) return error;
  if (error instanceof JinjaError) {
    return new RpcFault(CODES.compilation, { type: 'CompilationException', message: error.message });
  }
  const arcos = asArcosError(error);
  const message = arcos.hint === undefined ? arcos.message : `${arcos.message}\n  ${arcos.hint}`;
  return new RpcFault(CODES.runtime, { type: 'RuntimeException', message });
}
