import { enableCompileCache } from 'node:module';
import { cacheFolder } from '../base/cachefolder.ts';

/**
 * Node then neither strips types nor compiles what it has seen before: faster starts, and some 20 MB less in each process.
 * It counts for what is loaded afterwards.
 */
export function cacheCompiled(): void {
  process.env['NODE_COMPILE_CACHE'] ??= cacheFolder('node');
  enableCompileCache(process.env['NODE_COMPILE_CACHE']);
}
