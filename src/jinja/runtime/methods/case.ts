import { natives } from '../signature.ts';

/** str.title(): every letter that follows no letter in upper case. */
export function title(text: string): string {
  return text.replace(/\p{L}+/gu, (word) => capitalize(word));
}

export function capitalize(text: string): string {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

function swapCase(text: string): string {
  return Array.from(text, (one) => (one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase())).join('');
}

/** Whether a text has characters and all are of the class. */
function all(pattern: RegExp): readonly [string, (text: string) => boolean] {
  return ['', (text) => pattern.test(text)];
}

export const CASE_METHODS = natives({
  lower: ['', (text: string) => text.toLowerCase()],
  upper: ['', (text: string) => text.toUpperCase()],
  casefold: ['', (text: string) => text.replaceAll('ß', 'ss').toLowerCase()],
  capitalize: ['', capitalize],
  title: ['', title],
  swapcase: ['', swapCase],
  islower: ['', (text: string) => text === text.toLowerCase() && text !== text.toUpperCase()],
  isupper: ['', (text: string) => text === text.toUpperCase() && text !== text.toLowerCase()],
  istitle: ['', (text: string) => text === title(text) && /\p{L}/u.test(text)],
  isalpha: all(/^\p{L}+$/u),
  isalnum: all(/^[\p{L}\p{N}]+$/u),
  isdigit: all(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉]+$/u),
  isdecimal: all(/^\p{Nd}+$/u),
  isnumeric: all(/^\p{N}+$/u),
  isspace: all(/^\s+$/u),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
  isascii: all(/^[\x00-\x7f]*$/),
  isidentifier: all(/^[\p{ID_Start}_]\p{ID_Continue}*$/u),
  isprintable: all(/^[^\p{C}\p{Zl}\p{Zp}]*$/u),
});
