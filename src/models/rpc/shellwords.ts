import { serverFault } from './fault.ts';

/** The words of a command line, as a POSIX shell (and Python's shlex) splits them. Throws for a quote left open. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < line.length; index++) {
    const char = line[index] ?? '';
    const next = line[index + 1];
    if (quote === "'") {
      if (char === quote) quote = undefined;
      else word += char;
    } else if (char === '\\' && next !== undefined && (quote === undefined || next === '"' || next === '\\')) {
      word = (word ?? '') + next;
      index++;
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== undefined) throw serverFault('ValueError', 'No closing quotation');
  if (word !== undefined) words.push(word);
  return words;
}
