/** A part of a text, in UTF-16 code units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where a fault is: the word at the `[line:column]` that ends its message; undefined when it says none. */
export function faultRange(text: string, message: string): Range | undefined {
  const [, line, column] = /\[(\d+):(\d+)\](?:\.[^\]]*)?$/.exec(message) ?? [];
  if (line === undefined || column === undefined) return undefined;
  const lines = text.split('\n');
  const before = lines.slice(0, Number(line) - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const from = Math.min(text.length, before + Number(column) - 1);
  const [word = ''] = /^(?:[\p{L}\w]+|\S)/u.exec(text.slice(from)) ?? [];
  // At the end of the text there is nothing to underline but what is before it.
  return word === '' ? { from: Math.max(0, from - 1), to: text.length } : { from, to: from + word.length };
}
