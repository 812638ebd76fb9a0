import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Audit, AuditEntry, AuditQuery } from '../audit.ts';
import { parse } from '../input.ts';

const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const QUERY = z.strictObject({
  agency: z.string().optional(),
  name: z.string().optional(),
  since: moment.optional(),
  until: moment.optional(),
  after: z.coerce.number().int().nonnegative().optional(),
});

/** The audit log as JSON lines. An agency's administrators have that of their agency, the platform's everything. */
export function auditRoute(app: FastifyInstance, audit: Audit): void {
  app.get(
    '/api/audit',
    {
      config: {
        says: { query: QUERY },
        access: {
          action: 'access.read',
          resource({ query }) {
            const { agency } = parse(QUERY, query);
            return agency === undefined ? {} : { agency };
          },
        },
      },
    },
    async ({ query }, reply) => {
      const { agency, name, since, until, after } = parse(QUERY, query);
      const asked: AuditQuery = {
        ...(agency === undefined ? {} : { agency }),
        ...(name === undefined ? {} : { name }),
        ...(since === undefined ? {} : { since }),
        ...(until === undefined ? {} : { until }),
        ...(after === undefined ? {} : { after }),
      };
      return reply
        .type('application/x-ndjson; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(Readable.from(lines(audit.read(asked))));
    },
  );
}

async function* lines(entries: AsyncIterable<AuditEntry>): AsyncIterable<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}
