import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { ArcosError } from '../../base/errors.ts';

/** What is called as a document is read, from its front to its end. */
export interface Handlers {
  open?(name: string, attributes: Readonly<Record<string, string | undefined>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

export function parserOf({ open, text, close }: Handlers): SaxesParser {
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => open?.(name, attributes as Record<string, string>));
  parser.on('text', (value) => text?.(value));
  parser.on('closetag', ({ name }) => close?.(name));
  parser.on('error', (cause) => {
    throw new ArcosError('INVALID', `The XML cannot be read: ${cause.message}`, { cause });
  });
  return parser;
}

/** An absent part has nothing in it. */
export async function parseXml(content: Readable | undefined, handlers: Handlers): Promise<void> {
  if (content === undefined) return;
  const parser = parserOf(handlers);
  const decoder = new TextDecoder();
  for await (const chunk of content) parser.write(decoder.decode(chunk as Buffer, { stream: true }));
  parser.close();
}
