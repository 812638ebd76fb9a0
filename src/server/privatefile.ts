import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/** Writes a line that only the file's owner can read. The file appears whole, and outlives a power cut, or stays as it was. */
export function writePrivate(file: string, line: string): void {
  const aside = `${file}.new`;
  const handle = openSync(aside, 'w', 0o600);
  try {
    writeSync(handle, `${line}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(aside, file);
}
