import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access, NewPrincipal } from '../access/access.ts';
import { writePrivate } from './privatefile.ts';

/**
 * The keys of the program's own parts and of the first administrator, in files that only their owner can
 * read. A key that no longer works, because the store is another one, is replaced.
 */
export interface Identities {
  /** The key of a principal, which is made or brought to these bindings first. */
  keyOf(file: string, principal: NewPrincipal): Promise<string>;
}

export function createIdentities(access: Access, dir: string): Identities {
  return {
    async keyOf(name, principal) {
      const id = await access.putPrincipal(principal);
      const file = join(dir, `${name}.key`);
      const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
      if ((await access.authenticate(known))?.id === id) return known;
      const key = await access.issueKey(id, { purpose: name });
      writePrivate(file, key);
      return key;
    },
  };
}
