import { ArcosError } from '../../base/errors.ts';
import { openBytes, type SourceFile } from './source.ts';

export type Encoding = 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';

/** The encodings under the names people give them. */
const NAMES: Readonly<Record<string, Encoding>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'latin-1': 'windows-1252',
  latin1: 'windows-1252',
  'iso-8859-1': 'windows-1252',
  'windows-1252': 'windows-1252',
  cp1252: 'windows-1252',
  'utf-16': 'utf-16le',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
};

/** Throws INVALID for a name of none that Arcos reads. */
export function encodingNamed(name: string): Encoding {
  const encoding = NAMES[name.toLowerCase()];
  if (encoding !== undefined) return encoding;
  throw new ArcosError('INVALID', `"${name}" is no encoding that can be read`, {
    hint: 'Use utf-8, latin-1, windows-1252, utf-16le or utf-16be.',
  });
}

/**
 * The encoding of a text: what a byte order mark says, else UTF-8 if every byte of the file fits it, else
 * Windows-1252, of which Latin-1's printable characters are a part. The whole file is looked at: one name with
 * an accent in the last line decides. Throws INVALID for what is no text.
 */
export async function sniffEncoding(file: SourceFile): Promise<Encoding> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let first = true;
  for await (const chunk of openBytes(file) as AsyncIterable<Buffer>) {
    if (first) {
      first = false;
      if (chunk[0] === 0xff && chunk[1] === 0xfe) return 'utf-16le';
      if (chunk[0] === 0xfe && chunk[1] === 0xff) return 'utf-16be';
      if (chunk.includes(0)) {
        throw new ArcosError('INVALID', `${file.name} is not a text: there are NUL bytes in it`, {
          hint: 'A UTF-16 text without a byte order mark is read with --encoding utf-16le.',
        });
      }
    }
    try {
      utf8.decode(chunk, { stream: true });
    } catch {
      return 'windows-1252';
    }
  }
  try {
    utf8.decode();
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** The text of a file, piece by piece, without a byte order mark. Throws INVALID where it is not in the encoding. */
export async function* openText(file: SourceFile, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of openBytes(file) as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof ArcosError || !(error instanceof TypeError)) throw error;
    throw new ArcosError('INVALID', `${file.name} is not in ${encoding}`, { cause: error });
  }
}
