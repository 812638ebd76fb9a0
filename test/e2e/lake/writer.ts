import { setTimeout as sleep } from 'node:timers/promises';
import { httpClient } from '../../../src/base/http.ts';
import { lakeClient } from '../../../src/lake/client.ts';
import { contentOf, type Said } from './content.ts';

/**
 * Writes, replaces, removes and copies objects of the bucket `rio` until it is killed, in four lanes at once:
 * `node writer.ts ORIGIN KEY PREFIX`. Each line of its output is a `Said`. What a name becomes after a failed
 * change is not known, so the name is left alone from then on.
 */
const [baseUrl = '', key = '', prefix = ''] = process.argv.slice(2);
const http = httpClient({ baseUrl, key });
const lake = lakeClient({ baseUrl, key });
const bucket = 'rio';

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  const step = Math.ceil(content.length / 3);
  for (let at = 0; at < content.length; at += step) yield content.subarray(at, at + step);
}

const WAYS: ((name: string, content: Buffer) => Promise<unknown>)[] = [
  (name, content) => lake.write({ bucket, name }, once(content)),
  (name, content) => lake.write({ bucket, name }, once(content), { metadata: { a: 'b' } }),
  async (name, content) => {
    const begun = await http.send(`/upload/storage/v1/b/${bucket}/o`, {
      method: 'POST',
      query: { uploadType: 'resumable', name },
    });
    const { pathname, search } = new URL(begun.headers.get('location') ?? '');
    const half = Math.floor(content.length / 2);
    await fetch(`${baseUrl}${pathname}${search}`, {
      method: 'PUT',
      headers: { 'content-range': `bytes 0-${half - 1}/*` },
      body: new Uint8Array(content.subarray(0, half)),
    });
    await http.send(pathname + search, {
      method: 'PUT',
      headers: { 'content-range': `bytes ${half}-*/*` },
      body: new Uint8Array(content.subarray(half)),
    });
  },
  async (name, content) => {
    await lake.write({ bucket, name: `${name}.source` }, once(content));
    const path = (object: string) => `/b/${bucket}/o/${encodeURIComponent(object)}`;
    await http.send(`/storage/v1${path(`${name}.source`)}/copyTo${path(name)}`, { method: 'POST' });
  },
];

async function change(name: string, number: number | null, act: () => Promise<unknown>): Promise<void> {
  say({ what: 'intends', name, number });
  await act();
  say({ what: 'done', name, number });
}

async function lane(number: number): Promise<never> {
  for (let index = 0; ; index++) {
    const name = `${prefix}/lane=${number}/${index}`;
    const way = WAYS[(number + index) % WAYS.length];
    try {
      await change(name, 1, async () => way?.(name, contentOf(name, 1)));
      await change(name, 2, () => lake.write({ bucket, name }, once(contentOf(name, 2))));
      if (index % 3 === 0) await change(name, null, () => lake.remove({ bucket, name }));
    } catch {
      await sleep(20);
    }
  }
}

await Promise.all([0, 1, 2, 3].map(lane));
