import { natives } from '../signature.ts';
import { isUndefined, type Value } from '../value.ts';

/** str.strip(characters): white space without them. */
export function strip(text: string, characters: Value, start: boolean, end: boolean): string {
  if (isUndefined(characters) || characters === null) {
    const cut = start ? text.trimStart() : text;
    return end ? cut.trimEnd() : cut;
  }
  const cut = new Set(String(characters));
  const all = Array.from(text);
  let [from, to] = [0, all.length];
  if (start) while (from < to && cut.has(all[from] ?? '')) from++;
  if (end) while (to > from && cut.has(all[to - 1] ?? '')) to--;
  return all.slice(from, to).join('');
}

export const STRIP_METHODS = natives({
  strip: ['chars?', (text: string, characters: Value) => strip(text, characters, true, true)],
  lstrip: ['chars?', (text: string, characters: Value) => strip(text, characters, true, false)],
  rstrip: ['chars?', (text: string, characters: Value) => strip(text, characters, false, true)],
  removeprefix: ['prefix', (text: string, one: string) => (text.startsWith(one) ? text.slice(one.length) : text)],
  removesuffix: [
    'suffix',
    (text: string, one: string) => (one !== '' && text.endsWith(one) ? text.slice(0, -one.length) : text),
  ],
});
