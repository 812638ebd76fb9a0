import { matchesGlob } from 'node:path';

/** A name as Python's fnmatch has it: `*` and `?` stand for any characters, dots and slashes among them. */
export function matchesName(name: string, pattern: string): boolean {
  if (!/[*?[]/.test(pattern)) return name === pattern;
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  return new RegExp(`^${source}$`, 's').test(name);
}

/** A file's path, or the path of a folder it is in; `*` stays within a folder, `**` does not. */
export function matchesPath(path: string, pattern: string): boolean {
  const clean = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  if (clean === '' || clean === '.') return true;
  for (let part = path; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('/')))) {
    if (part === clean || matchesGlob(part, clean)) return true;
  }
  return false;
}
