import type { HostFunction } from './function.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const TEXT_FUNCTIONS: readonly HostFunction[] = [
  {
    name: 'bq_normalize',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate: (text, form) => String(text).normalize(String(form)),
  },
  {
    name: 'bq_casefold',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate: (text, form) => casefolded(String(text), String(form)),
  },
  {
    name: 'bq_levenshtein',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'BIGINT',
    evaluate: (a, b) => BigInt(levenshtein([...String(a)], [...String(b)])),
  },
  {
    name: 'bq_numeric_of',
    parameters: ['VARCHAR'],
    result: 'VARCHAR',
    evaluate: (text) => numericOf(String(text)),
  },
  {
    name: 'bq_interval_read',
    parameters: ['VARCHAR'],
    result: 'VARCHAR',
    evaluate: (text) => intervalOf(String(text)),
  },
  { name: 'bq_to_base32', parameters: ['BLOB'], result: 'VARCHAR', evaluate: (bytes) => toBase32(bytes as Uint8Array) },
  { name: 'bq_from_base32', parameters: ['VARCHAR'], result: 'BLOB', evaluate: (text) => fromBase32(String(text)) },
  {
    name: 'bq_bytes_text',
    parameters: ['BLOB'],
    result: 'VARCHAR',
    evaluate: (bytes) => lenientUtf8(bytes as Uint8Array),
  },
  { name: 'bq_soundex', parameters: ['VARCHAR'], result: 'VARCHAR', evaluate: (text) => soundex(String(text)) },
];

/** Unicode's full case folding: capitals made small again, so that letters with several capitals meet. */
export function casefolded(text: string, form: string): string {
  const folded = Array.from(text.normalize(form), (letter) =>
    letter === 'ı' ? letter : letter.toUpperCase().toLowerCase(),
  ).join('');
  return folded.replaceAll('ς', 'σ').normalize(form);
}

/** Letters to change, add or take away. */
function levenshtein(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, index) => index + 1);
  for (const [index, letter] of a.entries()) {
    let [left, diagonal] = [index + 1, index];
    row = row.map((above, at) => {
      const changed = diagonal + (letter === b[at] ? 0 : 1);
      diagonal = above;
      left = Math.min(left + 1, above + 1, changed);
      return left;
    });
  }
  return row.at(-1) ?? a.length;
}

/** A number with thousands separated by commas and its sign in front or behind (GoogleSQL, PARSE_NUMERIC). */
function numericOf(text: string): string | null {
  const body = String.raw`((?:\d[\d,]*)?(?:\.\d*)?(?:[eE][+-]?\d+)?)`;
  const found =
    new RegExp(`^\\s*([+-]?)\\s*${body}\\s*$`).exec(text) ?? new RegExp(`^\\s*()${body}\\s*([+-])\\s*$`).exec(text);
  const [, before = '', digits = '', behind = ''] = found ?? [];
  return /\d/.test(digits) ? `${before}${behind}${digits.replaceAll(',', '')}` : null;
}

/** `1-2 3 4:5:6.789`, any of its three parts, or ISO 8601's `P1Y2M3DT4H5M6S`, as months, days and microseconds. */
function intervalOf(text: string): string | null {
  const number = String.raw`([+-]?\d+)`;
  const iso = new RegExp(
    `^P(?:${number}Y)?(?:${number}M)?(?:${number}W)?(?:${number}D)?(?:T(?:${number}H)?(?:${number}M)?(?:([+-]?\\d+(?:\\.\\d{1,9})?)S)?)?$`,
  ).exec(text.trim());
  if (iso !== null && /\d/.test(text)) {
    const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = iso
      .slice(1)
      .map((part) => Number(part ?? 0));
    return `${years * 12 + months} ${weeks * 7 + days} ${Math.round((hours * 3600 + minutes * 60 + seconds) * 1e6)}`;
  }
  const found =
    /^(?:([+-]?)(\d+)-(\d+))?(?:(?:^|\s+)([+-]?\d+)(?=\s|$))?(?:(?:^|\s+)([+-]?)(\d+):(\d+):(\d+(?:\.\d{1,9})?))?$/.exec(
      text.trim(),
    );
  if (found === null || text.trim() === '') return null;
  const [, sign, years = 0, months = 0, days = 0, negative, hours = 0, minutes = 0, seconds = 0] = found;
  const total = (Number(years) * 12 + Number(months)) * (sign === '-' ? -1 : 1);
  const micros = Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e6);
  return `${total} ${Number(days)} ${negative === '-' ? -micros : micros}`;
}

/** RFC 4648 section 6. */
function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32.charAt((held >> (bits - 5)) & 31);
    held &= (1 << bits) - 1;
  }
  if (bits > 0) text += BASE32.charAt((held << (5 - bits)) & 31);
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

function fromBase32(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text.replace(/=+$/, '').toUpperCase()) {
    const value = BASE32.indexOf(character);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bytes.push((held >> (bits - 8)) & 255);
      bits -= 8;
    }
    held &= (1 << bits) - 1;
  }
  return Uint8Array.from(bytes);
}

/** UTF-8 with every byte that does not fit replaced by U+FFFD. */
function lenientUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const length =
      first < 0x80
        ? 1
        : first >= 0xc2 && first < 0xe0
          ? 2
          : first >= 0xe0 && first < 0xf0
            ? 3
            : first >= 0xf0 && first < 0xf5
              ? 4
              : 0;
    const rest = Array.from(bytes.subarray(at + 1, at + length));
    const whole = length > 0 && rest.length === length - 1 && rest.every((byte) => (byte & 0xc0) === 0x80);
    const code = rest.reduce(
      (sum, byte) => (sum << 6) | (byte & 0x3f),
      length === 1 ? first : first & (0x7f >> length),
    );
    const smallest = [0, 0, 0x80, 0x800, 0x10000][length] ?? 0;
    const valid = whole && code >= smallest && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    text += valid ? String.fromCodePoint(code) : '\ufffd';
    at += valid ? length : 1;
  }
  return text;
}

const SOUNDEX_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  ['BFPV', 'CGJKQSXZ', 'DT', 'L', 'MN', 'R'].flatMap((letters, index) =>
    [...letters].map((letter) => [letter, String(index + 1)]),
  ),
);

/** A letter and three digits; letters with the code of the one before them, H and W between aside, count once. */
function soundex(text: string): string {
  const letters = [...text.toUpperCase()].filter((letter) => letter >= 'A' && letter <= 'Z');
  const [first] = letters;
  if (first === undefined) return '';
  let code = first;
  let last = SOUNDEX_CODES[first] ?? '';
  for (const letter of letters.slice(1)) {
    const digit = SOUNDEX_CODES[letter] ?? '';
    if (digit !== '' && digit !== last) code += digit;
    if (letter !== 'H' && letter !== 'W') last = digit;
  }
  return code.slice(0, 4).padEnd(4, '0');
}
