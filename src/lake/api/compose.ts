import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import { checkConditions } from '../conditions.ts';
import type { Lake } from '../lake.ts';
import type { StoredObject } from '../object.ts';
import { invalid, parseMetadata, refuseUnkept, toWriteOptions } from './metadata.ts';
import { conditionsOf, type ObjectRoute, versionRef } from './query.ts';
import { demandAlso, type LakeApi } from './question.ts';

/** Cloud Storage, Composite objects. */
const MOST_SOURCES = 32;

const whole = z.coerce.number().int().min(0);

const BODY = z.object({
  sourceObjects: z
    .array(
      z.object({
        name: z.string(),
        generation: whole.nullish(),
        objectPreconditions: z.object({ ifGenerationMatch: whole.nullish() }).nullish(),
      }),
    )
    .min(1)
    .max(MOST_SOURCES),
  destination: z.unknown().optional(),
});

/** One object of the contents of others, in their order, as they are when the request comes. */
export async function composeObject(api: LakeApi, request: FastifyRequest<ObjectRoute>): Promise<StoredObject> {
  const { lake } = api;
  const { params, query } = request;
  refuseUnkept(query, request.headers);
  const parsed = BODY.safeParse(request.body);
  if (!parsed.success) throw invalid('The composition', parsed.error);
  const { sourceObjects, destination } = parsed.data;
  const sources: StoredObject[] = [];
  for (const { name, generation, objectPreconditions } of sourceObjects) {
    await demandAlso(api, request, 'read', params.bucket, name);
    const source = await lake.stat(versionRef(params.bucket, name, generation ?? undefined));
    const { ifGenerationMatch } = objectPreconditions ?? {};
    checkConditions(`${params.bucket}/${name}`, source, ifGenerationMatch == null ? {} : { ifGenerationMatch });
    sources.push(source);
  }
  const [first] = sources;
  if (first === undefined) throw new ArcosError('INVALID', 'There is nothing to compose');
  const options = { contentType: first.contentType, ...toWriteOptions(parseMetadata(destination)) };
  const to = { bucket: params.bucket, name: params.object };
  return lake.write(to, contents(lake, sources), { ...options, ...conditionsOf(query) });
}

async function* contents(lake: Lake, sources: readonly StoredObject[]): AsyncGenerator<Uint8Array> {
  for (const source of sources) yield* lake.content(source);
}
