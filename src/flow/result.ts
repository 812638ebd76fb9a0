import { readRunEnvironment } from '../base/environment.ts';
import { ArcosError, asArcosError } from '../base/errors.ts';
import { httpClient } from '../base/http.ts';
import { sha256 } from '../base/ids.ts';
import { patiently } from '../base/patience.ts';
import { notJson } from './json.ts';

/** Larger ones are objects of the lake, and what is recorded is where. */
const LARGEST_RECORDED_BYTES = 1024 * 1024;
const LARGEST_BYTES = 256 * 1024 * 1024;
/** In front of the place of one in the lake; no JSON begins so. */
const IN_LAKE = 'lake:';

/** What is recorded of a task's result: its JSON, or where in the lake that is. Throws INVALID, TOO_LARGE. */
export async function storeResult(
  key: string,
  value: unknown,
  largestRecorded: number = LARGEST_RECORDED_BYTES,
): Promise<string | undefined> {
  if (value === undefined) return undefined;
  const why = notJson(value);
  if (why !== undefined) {
    throw new ArcosError('INVALID', `The result of task "${key}" cannot be stored as JSON: ${why}`, {
      hint: 'Return plain objects, arrays, texts and numbers; dates as ISO 8601 texts.',
    });
  }
  const text = JSON.stringify(value);
  // A character has three bytes at the most.
  if (text.length * 3 <= largestRecorded) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes > LARGEST_BYTES) {
    throw new ArcosError('TOO_LARGE', `The result of task "${key}" has ${bytes} bytes; ${LARGEST_BYTES} fit`, {
      hint: 'Stage the data in the lake inside the task, and return where it is.',
    });
  }
  const environment = readRunEnvironment();
  if (bytes <= largestRecorded || environment === undefined) return text;
  const { server, key: credential, project: bucket, run } = environment;
  const name = `results/${run}/${sha256(text)}.json`;
  const http = httpClient({ baseUrl: server, key: credential });
  const upload = `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`;
  const headers = { 'content-type': 'application/json' };
  await patiently(() =>
    http.send(upload, { method: 'POST', query: { uploadType: 'media', name }, body: text, headers }),
  ).catch((error: unknown) => {
    const { code, message } = asArcosError(error);
    throw new ArcosError(
      code,
      `The result of task "${key}", of ${bytes} bytes, cannot be put into the lake: ${message}`,
    );
  });
  return `${IN_LAKE}${bucket}/${name}`;
}

/** What was stored. Throws NOT_FOUND for one that is no longer in the lake. */
export async function loadResult(stored: string | undefined): Promise<unknown> {
  if (stored === undefined) return undefined;
  if (!stored.startsWith(IN_LAKE)) return JSON.parse(stored);
  const environment = readRunEnvironment();
  if (environment === undefined)
    throw new ArcosError('CONFIG', 'The result is in the lake, and this run has no server');
  const [, bucket = '', name = ''] = /^lake:([^/]+)\/(.*)$/.exec(stored) ?? [];
  const http = httpClient({ baseUrl: environment.server, key: environment.key });
  const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  return patiently(() => http.json(path, { query: { alt: 'media' } }));
}
