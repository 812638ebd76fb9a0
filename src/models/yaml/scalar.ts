/** What is beyond the plain reader: the whole text is for the full one. */
export const BEYOND = Symbol('beyond plain YAML');

/** Integers and floats that YAML 1.1 and 1.2 read alike; anything that only begins like a number is beyond. */
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['null', 'Null', 'NULL', '~'].map((word) => [word, null] as const),
]);

/** The value of a plain text. Throws BEYOND for one that the versions of YAML read differently. */
export function scalar(text: string): unknown {
  const code = text.charCodeAt(0);
  // A digit, a sign or a dot.
  if ((code >= 48 && code <= 57) || code === 45 || code === 43 || code === 46) {
    if (NUMBER.test(text)) return Number(text);
    if (DATE.test(text) || text.includes(' ') || /^\+[A-Za-z_]/.test(text)) return text;
    throw BEYOND;
  }
  if (text.length <= 5) {
    const word = WORDS.get(text);
    if (word !== undefined) return word;
  }
  return text;
}

/** Throws BEYOND for a key that is no text, or that an object cannot have. `quoted`: the key's text, where it stands in quotes. */
export function keyOf(quoted: string | undefined, plain: string): string {
  const key = quoted ?? plain;
  if (key === '__proto__' || (quoted === undefined && (WORDS.has(key) || typeof scalar(key) !== 'string')))
    throw BEYOND;
  return key;
}
