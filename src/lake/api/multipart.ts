import { ArcosError } from '../../base/errors.ts';
import { type ObjectMetadata, parseMetadataText } from './metadata.ts';

const LONGEST_HEAD = 64 * 1024;

/**
 * A multipart/related upload (RFC 2387): JSON that describes the object, then its content, which is
 * passed on as it comes. Throws INVALID for anything else.
 */
export async function readMultipart(
  body: AsyncIterable<Buffer>,
  contentType: string,
): Promise<{ metadata: ObjectMetadata; contentType: string; content: AsyncIterable<Buffer> }> {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined)
    throw new ArcosError('INVALID', 'A multipart upload needs a boundary in its Content-Type');
  const chunks = body[Symbol.asyncIterator]();
  const fence = Buffer.from(`\r\n--${boundary}`);
  // The first fence has no line break before it: one is put there.
  let held: Buffer = Buffer.from('\r\n');

  async function more(): Promise<boolean> {
    const { value, done } = await chunks.next();
    if (done === true) return false;
    held = Buffer.concat([held, value]);
    return true;
  }

  /** What is before `mark`, which is taken away too. */
  async function until(mark: Buffer, what: string): Promise<Buffer> {
    for (let at = held.indexOf(mark); ; at = held.indexOf(mark)) {
      if (at >= 0) {
        const before = held.subarray(0, at);
        held = held.subarray(at + mark.length);
        return before;
      }
      if (held.length > LONGEST_HEAD || !(await more()))
        throw new ArcosError('INVALID', `The multipart upload has no ${what}`);
    }
  }

  async function* content(): AsyncGenerator<Buffer> {
    for (;;) {
      const at = held.indexOf(fence);
      if (at >= 0) {
        yield held.subarray(0, at);
        // The rest of the body has to be read, or the connection cannot be used again.
        while (!(await chunks.next()).done);
        return;
      }
      // The end of what is held may be the beginning of the fence.
      const sure = held.length - fence.length + 1;
      if (sure > 0) {
        yield held.subarray(0, sure);
        held = held.subarray(sure);
      }
      if (!(await more())) throw new ArcosError('INVALID', 'The multipart upload ends without its boundary');
    }
  }

  await until(fence, 'first part');
  await until(Buffer.from('\r\n\r\n'), 'JSON part');
  const json = await until(fence, 'second part');
  const head = (await until(Buffer.from('\r\n\r\n'), 'content')).toString();
  const type = /^content-type:\s*(.+?)\s*$/im.exec(head)?.[1] ?? 'application/octet-stream';
  return { metadata: parseMetadataText(json.toString()), contentType: type, content: content() };
}
