import { setGlobalProxyFromEnv } from 'node:http';

/** Where no proxy is asked: the program's own parts talk to each other there. */
const HERE = 'localhost,127.0.0.1,::1';

/**
 * Goes through the proxy that HTTP_PROXY and HTTPS_PROXY name, as curl does; the processes of runs too, which are given
 * these variables. NODE_USE_ENV_PROXY=0 keeps it from that.
 */
export function goThroughProxy(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
    const small = environment[name.toLowerCase()];
    if (small !== undefined) environment[name] ??= small;
  }
  if (!environment['HTTP_PROXY'] && !environment['HTTPS_PROXY']) return;
  environment['NO_PROXY'] ??= HERE;
  environment['NODE_USE_ENV_PROXY'] ??= '1';
  if (environment['NODE_USE_ENV_PROXY'] === '1') setGlobalProxyFromEnv(environment);
}
