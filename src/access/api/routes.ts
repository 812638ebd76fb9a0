import type { FastifyInstance } from 'fastify';
import type { Access } from '../access.ts';
import { serviceAccountRoutes } from './serviceaccounts.ts';
import { tokenRoute } from './token.ts';

/** Service accounts and their keys, and the token endpoint that Google's clients take those keys to. */
export function accessRoutes({ access }: { access: Access }): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    serviceAccountRoutes(app, access);
    await app.register(tokenRoute(access));
  };
}
