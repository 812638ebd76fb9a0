import { join } from 'node:path';

/** Where `vite build web` puts its files. */
export const WEB_DIST = join(import.meta.dirname, '..', '..', 'web', 'dist');
