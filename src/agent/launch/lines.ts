import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

/** A line longer than this, in UTF-16 code units, comes in pieces. */
const LONGEST = 64 * 1024;

/**
 * Calls `heard` for every line of text that the stream carries, colours and empty lines left out. When
 * it returns a promise, no more is read until that resolves.
 */
export function readLines(stream: Readable, heard: (line: string) => Promise<void> | undefined): void {
  let rest = '';
  let full: Promise<void> | undefined;
  const tell = (text: string) => {
    const line = stripVTControlCharacters(text).trimEnd();
    if (line !== '') full = heard(line);
  };
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) tell(line);
    for (; rest.length > LONGEST; rest = rest.slice(LONGEST)) tell(rest.slice(0, LONGEST));
    if (full === undefined) return;
    stream.pause();
    void full.then(() => stream.resume());
  });
  stream.on('end', () => tell(rest));
  // What breaks here ends the process too, and that is what is told.
  stream.on('error', () => undefined);
}
