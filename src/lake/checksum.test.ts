import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ChecksumStream, crc32c } from './checksum.ts';

/** Bit by bit, as RFC 3720 has it. */
function slowly(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test('the CRC is that of RFC 3720, wherever bytes lie in memory and however many they are', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  const memory = new Uint8Array(80).map((_, index) => (index * 167 + 13) % 256);
  for (let offset = 0; offset < 9; offset++) {
    for (let length = 0; length <= 70; length++) {
      const bytes = memory.subarray(offset, offset + length);
      expect(crc32c(bytes)).toBe(slowly(bytes));
    }
  }
  const at = 33;
  expect(crc32c(memory.subarray(at), crc32c(memory.subarray(0, at)))).toBe(slowly(memory));
});

test('a stream has the checksums of its whole', async () => {
  const content = Buffer.from('ção'.repeat(1000));
  const stream = new ChecksumStream();
  async function* pieces() {
    for (let at = 0; at < content.length; at += 7) yield content.subarray(at, at + 7);
  }
  for await (const _ of stream.through(pieces()));
  expect(stream.result()).toMatchObject({
    size: content.length,
    md5: createHash('md5').update(content).digest('base64'),
    crc32c: Buffer.from(slowly(content).toString(16).padStart(8, '0'), 'hex').toString('base64'),
  });
});
