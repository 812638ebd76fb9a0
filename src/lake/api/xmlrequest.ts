import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import type { Conditions } from '../conditions.ts';
import type { VersionRef, WriteOptions } from '../object.ts';
import { noAcl, refuseUnkept } from './metadata.ts';
import { type Query, versionRef, whole } from './query.ts';
import { promisedHashes } from './upload.ts';

export interface XmlRoute {
  Params: { bucket: string; '*': string };
  Querystring: Query;
}

export function refOf({ params, query }: FastifyRequest<XmlRoute>): VersionRef {
  return versionRef(params.bucket, params['*'], whole(query, 'generation'));
}

/** Headers that stand for the conditions of the JSON API's queries. */
export function conditionsOf({ headers }: FastifyRequest): Conditions {
  const numbers = {
    generation: headers['x-goog-if-generation-match'],
    metageneration: headers['x-goog-if-metageneration-match'],
  };
  const generation = whole(numbers as Query, 'generation');
  const metageneration = whole(numbers as Query, 'metageneration');
  return {
    ...(generation === undefined ? {} : { ifGenerationMatch: generation }),
    ...(metageneration === undefined ? {} : { ifMetagenerationMatch: metageneration }),
  };
}

/** How a request of the XML API wants its object to be. */
export function writeOptions(request: FastifyRequest<XmlRoute>): WriteOptions {
  const { headers } = request;
  refuseUnkept({}, headers);
  const acl = headers['x-goog-acl'];
  if (typeof acl === 'string' && acl.startsWith('public')) throw noAcl();
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-goog-meta-') ? [[name.slice(12), String(value)]] : [],
  );
  const kept = [
    ['cacheControl', headers['cache-control']],
    ['contentDisposition', headers['content-disposition']],
    ['contentEncoding', headers['content-encoding']],
    ['contentLanguage', headers['content-language']],
  ].filter(([, value]) => typeof value === 'string');
  const expected = promisedHashes(request);
  return {
    ...(headers['content-type'] === undefined ? {} : { contentType: headers['content-type'] }),
    metadata: Object.fromEntries(metadata) as Record<string, string>,
    headers: Object.fromEntries(kept) as Record<string, string>,
    ...(Object.keys(expected).length === 0 ? {} : { expected }),
    ...conditionsOf(request),
  };
}

/** The content, which must have the SHA-256 that was signed where one was. */
export async function* content(request: FastifyRequest): AsyncGenerator<Buffer> {
  const promised = request.headers['x-goog-content-sha256'];
  const hash = createHash('sha256');
  for await (const chunk of request.raw as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  if (typeof promised === 'string' && promised !== 'UNSIGNED-PAYLOAD' && promised !== hash.digest('hex'))
    throw new ArcosError('INVALID', 'The content does not have the SHA-256 that was signed');
}

/** Text as the content of an element. */
export function xmlText(text: string): string {
  return text.replace(/[<>&"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

export function sendXml(reply: FastifyReply, document: string) {
  return reply.type('application/xml; charset=utf-8').send(`<?xml version='1.0' encoding='UTF-8'?>${document}`);
}
