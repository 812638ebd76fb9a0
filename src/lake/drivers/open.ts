import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { Driver } from '../driver.ts';
import type { Scratch } from '../scratch.ts';
import { folderDriver } from './folder.ts';
import type { ServiceAccount } from './gcs.ts';

export interface DriverOptions {
  /** `s3://bucket/prefix?endpoint=...&region=...`, `gs://bucket/prefix?endpoint=...`; empty: the folder `root`. */
  readonly url: string;
  readonly root: string;
  readonly scratch: Scratch;
  /** Where the credentials are, under the names that Amazon's and Google's own programs have for them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The driver that a setting asks for; what it needs is loaded only then. Throws CONFIG. */
export async function openDriver({ url, root, scratch, environment }: DriverOptions): Promise<Driver> {
  if (url === '') return folderDriver(root, scratch);
  const parsed = URL.parse(url);
  if (parsed === null || !['s3:', 'gs:'].includes(parsed.protocol) || parsed.hostname === '')
    throw new ArcosError('CONFIG', `lake: "${url}" is no place for a lake`, {
      hint: 'Use s3://bucket/prefix?endpoint=https://host&region=name, gs://bucket/prefix, or nothing for a folder.',
    });
  const unknown = [...parsed.searchParams.keys()].find((name) => name !== 'endpoint' && name !== 'region');
  if (unknown !== undefined) throw new ArcosError('CONFIG', `lake: there is no option "${unknown}"`);
  const endpoint = parsed.searchParams.get('endpoint');
  if (endpoint !== null && !/^https?:\/\/[^/]+\/?$/.test(endpoint))
    throw new ArcosError('CONFIG', `lake: the endpoint "${endpoint}" is no origin such as https://s3.example.org`);
  const path = parsed.pathname.replace(/^\/|\/$/g, '');
  const common = {
    bucket: parsed.hostname,
    prefix: path === '' ? '' : `${path}/`,
    ...(endpoint === null ? {} : { endpoint }),
  };
  if (parsed.protocol === 'gs:') {
    const { gcsDriver } = await import('./gcs.ts');
    return gcsDriver({ ...common, account: readAccount(environment['GOOGLE_APPLICATION_CREDENTIALS']) });
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new ArcosError('CONFIG', 'lake: S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment');
  const { s3Driver } = await import('./s3.ts');
  return s3Driver({
    ...common,
    region: parsed.searchParams.get('region') ?? environment['AWS_REGION'] ?? 'us-east-1',
    accessKeyId,
    secretAccessKey,
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  });
}

const ACCOUNT = z.object({ client_email: z.string(), private_key_id: z.string(), private_key: z.string() });

function readAccount(file: string | undefined): ServiceAccount {
  const hint = 'Set GOOGLE_APPLICATION_CREDENTIALS to the JSON file of a service account key.';
  if (file === undefined) throw new ArcosError('CONFIG', 'lake: Cloud Storage needs a key', { hint });
  try {
    const parsed = ACCOUNT.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.success) return parsed.data;
  } catch (cause) {
    throw new ArcosError('CONFIG', `lake: the key file ${file} cannot be read`, { hint, cause });
  }
  throw new ArcosError('CONFIG', `lake: ${file} is no key of a service account`, { hint });
}
