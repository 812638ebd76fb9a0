import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parse } from '../../access/input.ts';
import type { WarehouseApi } from './routes.ts';

const BODY = z.strictObject({
  dryRun: z.boolean().default(false),
  keepDays: z.number().int().min(1).max(3650).default(7),
});

/** Tidies the tables' files up: for who administers the platform, since all agencies' tables are in one lake. */
export function maintenanceRoute(app: FastifyInstance, { warehouse }: WarehouseApi): void {
  app.post(
    '/api/warehouse/maintenance',
    { config: { says: { body: BODY }, access: { action: 'access.manage', resource: () => ({}) } } },
    ({ body }) => warehouse.maintain(parse(BODY, body ?? {})),
  );
}
