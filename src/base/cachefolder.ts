import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder in this user's cache: what is in it can be fetched or made again. */
export function cacheFolder(...parts: readonly string[]): string {
  const cache =
    process.platform === 'darwin'
      ? join(homedir(), 'Library', 'Caches')
      : (process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'));
  return join(cache, 'arcos', ...parts);
}
