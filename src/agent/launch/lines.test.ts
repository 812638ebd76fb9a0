import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { readLines } from './lines.ts';

test.for<[string, readonly (string | Buffer)[], readonly string[]]>([
  ['lines across chunks', ['a\nb', 'c\r\n', '\n  d '], ['a', 'bc', '  d']],
  ['a character across chunks', [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], ['é']],
  ['colours', ['\u001b[31mred\u001b[0m\n'], ['red']],
  ['no end of line', ['x'.repeat(150_000)], ['x'.repeat(65_536), 'x'.repeat(65_536), 'x'.repeat(18_928)]],
])('%s', async ([, chunks, lines]) => {
  const stream = Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );
  const heard: string[] = [];
  readLines(stream, (line) => void heard.push(line));
  await finished(stream);
  expect(heard).toEqual(lines);
});

test('it reads no further until it may', async () => {
  const room = Promise.withResolvers<void>();
  const stream = Readable.from([Buffer.from('a\n'), Buffer.from('b\n')], { objectMode: false });
  const heard: string[] = [];
  readLines(stream, (line) => {
    heard.push(line);
    return line === 'a' ? room.promise : undefined;
  });
  await expect.poll(() => heard).toEqual(['a']);
  expect(stream.isPaused()).toBe(true);
  room.resolve();
  await finished(stream);
  expect(heard).toEqual(['a', 'b']);
});
