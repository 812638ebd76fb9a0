import type { Staged } from '../driver.ts';

/** Bytes of a part: what one upload holds in memory is two of them. S3 takes 10,000 parts: objects of up to 78 GiB. */
export const PART = 8 * 1024 * 1024;

/** A content on its way in parts, all but the last of the size `PART`. */
export interface Parts {
  put(part: Buffer): Promise<void>;
  complete(): Promise<void>;
  /** Never throws: what cannot be aborted now is removed as abandoned later. */
  abort(): Promise<void>;
}

/**
 * Sends content in parts as it comes, each while the next one is collected. What fits into one part waits in memory and
 * is put at once when it is settled: most objects are small.
 */
export async function stageInParts(
  content: AsyncIterable<Uint8Array>,
  whole: (content: Buffer) => Promise<void>,
  begin: () => Promise<Parts>,
): Promise<Staged> {
  let held: Uint8Array[] = [];
  let size = 0;
  let parts: Parts | undefined;
  let sending: Promise<void> = Promise.resolve();

  const send = async (part: Buffer) => {
    await sending;
    parts ??= await begin();
    sending = parts.put(part);
    // It is awaited before the next one; until then nobody else hears of a failure.
    sending.catch(() => undefined);
  };

  try {
    for await (const chunk of content) {
      held.push(chunk);
      size += chunk.length;
      if (size <= PART) continue;
      const all = Buffer.concat(held, size);
      let at = 0;
      // The last part is never empty: it is sent when the content is settled.
      for (; size - at > PART; at += PART) await send(all.subarray(at, at + PART));
      held = [all.subarray(at)];
      size -= at;
    }
    await sending;
  } catch (error) {
    await sending.catch(() => undefined);
    await parts?.abort();
    throw error;
  }
  const last = Buffer.concat(held, size);
  return {
    async settle() {
      if (parts === undefined) return whole(last);
      try {
        await parts.put(last);
        await parts.complete();
      } catch (error) {
        await parts.abort();
        throw error;
      }
    },
    drop: async () => parts?.abort(),
  };
}
