import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMap } from '../yaml.ts';
import { asRpcFault, CODES, RpcFault } from './fault.ts';
import type { Call } from './methods.ts';

/** The header that shows a caller is the server that started us. */
export const SECRET_HEADER = 'x-arcos-models-secret';
/** Who the server let in, for logs. */
export const CALLER_HEADER = 'x-arcos-caller';

const LARGEST_BODY = 16 * 1024 * 1024;

/**
 * JSON-RPC 2.0 over HTTP at `/jsonrpc`, on a port of this machine only. Every answer is 200, as dbt-rpc's are;
 * a caller without the secret gets 403 and nothing else.
 */
export async function listen(call: Call, secret: string): Promise<{ server: Server; address: string }> {
  const wanted = Buffer.from(secret);
  const server = createServer((request, response) => {
    const given = Buffer.from(String(request.headers[SECRET_HEADER] ?? ''));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      response.writeHead(403).end();
      return;
    }
    if (request.method !== 'POST' || request.url !== '/jsonrpc') {
      response.writeHead(404).end();
      return;
    }
    void answer(request, call).then((body) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function answer(request: IncomingMessage, call: Call): Promise<unknown> {
  let id: unknown = null;
  try {
    const message = parse(await read(request));
    if (!isMap(message) || typeof message['method'] !== 'string' || message['jsonrpc'] !== '2.0') {
      throw new RpcFault(CODES.request);
    }
    id = message['id'] ?? null;
    const address = String(request.headers[CALLER_HEADER] ?? request.socket.remoteAddress ?? '');
    const { method, params } = message;
    const result = await call(String(method), params, { id, method: String(method), address });
    return { result, id, jsonrpc: '2.0' };
  } catch (error) {
    const { code, message, data } = asRpcFault(error);
    return { error: { code, message, ...(data === undefined ? {} : { data }) }, id, jsonrpc: '2.0' };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RpcFault(CODES.parse);
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new RpcFault(CODES.request);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
