import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyRing, kmsProgram, type MasterKey } from '../access/masterkey.ts';
import { KEY_BYTES } from '../access/sealing.ts';
import { ArcosError } from '../base/errors.ts';
import type { Settings } from './config.ts';
import { writePrivate } from './privatefile.ts';
import type { StateFolder } from './state.ts';

const VARIABLE = 'ARCOS_ENCRYPTION_KEY';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the operator keeps a master key; otherwise one lies in the state folder, beside what it encrypts. */
export function hasOwnKey({ encryptionKeyFile, encryptionKms }: Settings, environment: Environment): boolean {
  return encryptionKeyFile !== '' || encryptionKms !== '' || environment[VARIABLE] !== undefined;
}

/** The master key of secrets, which must be usable. Throws CONFIG. */
export async function openMasterKey(
  settings: Settings,
  { keys }: StateFolder,
  environment: Environment,
): Promise<MasterKey> {
  const { encryptionKeyFile, encryptionKms } = settings;
  const given = environment[VARIABLE];
  const named = [encryptionKeyFile !== '', encryptionKms !== '', given !== undefined].filter(Boolean);
  if (named.length > 1) {
    throw new ArcosError('CONFIG', `Only one of encryption-key-file, encryption-kms and ${VARIABLE} may be set`);
  }
  if (encryptionKms !== '') return kmsProgram(encryptionKms);
  const ring = keyRing(given === undefined ? () => readKeys(encryptionKeyFile || ownKey(keys)) : () => given);
  await ring.wrap(randomBytes(KEY_BYTES));
  return ring;
}

function readKeys(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ArcosError('CONFIG', `encryption-key-file: ${(cause as Error).message}`, { cause });
  }
}

function ownKey(folder: string): string {
  const file = join(folder, 'encryption.key');
  if (!existsSync(file)) writePrivate(file, randomBytes(KEY_BYTES).toString('base64'));
  return file;
}
