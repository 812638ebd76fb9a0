/** Content that its name and number alone decide, of a length of their own, up to about 700 kB. */
export function contentOf(name: string, number: number): Buffer {
  const line = `${name}#${number}\n`;
  return Buffer.from(line.repeat(1 + ((number * 7919 + name.length * 104_729) % 20_000)));
}

/** What a writer says on its standard output, a line each: before a change, and when it was acknowledged. */
export interface Said {
  readonly what: 'intends' | 'done';
  readonly name: string;
  /** Number of the content that the object has then; null for none. */
  readonly number: number | null;
}
