import { ArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';

const LONGEST_OBJECT_NAME = 1024;

/** Throws INVALID for a name that no bucket can have (Cloud Storage, Bucket names). */
export function checkBucketName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..')) return;
  throw new ArcosError('INVALID', `"${name}" cannot be the name of a bucket`, {
    hint: 'Use 3 to 63 small letters, digits, dashes, underscores and dots, with a letter or digit at each end.',
  });
}

/** Throws INVALID for a name that no object can have (Cloud Storage, Object names). */
export function checkObjectName(name: string): void {
  const bytes = Buffer.byteLength(name);
  const problem =
    name === ''
      ? 'is empty'
      : bytes > LONGEST_OBJECT_NAME
        ? `is longer than ${LONGEST_OBJECT_NAME} bytes`
        : !name.isWellFormed()
          ? 'is not valid UTF-8'
          : /[\0\r\n]/.test(name)
            ? 'has a line break or NUL in it'
            : name === '.' || name === '..'
              ? 'is . or ..'
              : undefined;
  if (problem !== undefined) throw new ArcosError('INVALID', `The object's name ${problem}`);
}

/** Bytes a file system surely takes for one name, less the room for what is put behind it. */
const LONGEST_PART = 200;

/**
 * Where an object's content goes below its bucket's folder: in folders named as the name's parts, so that
 * people find their Hive layout, and the last part with `~` and an id that makes the file unique.
 * What a file system could misread (`.`, `..`, an empty part, `%`, `~`, control characters, backslashes) is
 * percent-encoded; a part that is too long is cut and ends in a hash of itself.
 */
export function blobPath(name: string, id: string): string {
  const parts = name.split('/').map(encodePart);
  const leaf = parts.pop() ?? '';
  return [...parts, `${leaf}~${id}`].join('/');
}

function encodePart(part: string): string {
  const encoded = part
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    .replace(/[\x00-\x1f\x7f%~\\]/g, (character) => percent(character))
    .replace(/^\.+$/, (dots) => [...dots].map(percent).join(''));
  if (encoded === '') return '%';
  if (Buffer.byteLength(encoded) <= LONGEST_PART) return encoded;
  return `${[...encoded].slice(0, 60).join('')}%${sha256(part).slice(0, 32)}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
}
