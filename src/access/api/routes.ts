import type { FastifyInstance } from 'fastify';
import type { Access } from '../access.ts';
import type { Audit } from '../audit.ts';
import type { Inventory } from '../reach.ts';
import type { Secrets } from '../secrets.ts';
import { agencyRoutes } from './agencies.ts';
import { auditRoute } from './audit.ts';
import { bindingRoutes } from './bindings.ts';
import { principalRoutes } from './principals.ts';
import { questionRoutes } from './questions.ts';
import { secretRoutes } from './secrets.ts';
import { serviceAccountRoutes } from './serviceaccounts.ts';
import { tokenRoute } from './token.ts';

export interface AccessApi {
  readonly access: Access;
  /** The log that can be exported. */
  readonly audit?: Audit;
  readonly secrets?: Secrets;
  /** What projects hold, for who asks what somebody reaches. */
  readonly inventory?: Inventory;
}

/** Who there is and what they may, the log of what they did, and the token endpoint that Google's clients take their keys to. */
export function accessRoutes({
  access,
  audit,
  secrets,
  inventory,
}: AccessApi): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    agencyRoutes(app, access);
    principalRoutes(app, access);
    bindingRoutes(app, access);
    questionRoutes(app, access, inventory);
    serviceAccountRoutes(app, access);
    if (audit !== undefined) auditRoute(app, audit);
    if (secrets !== undefined) secretRoutes(app, access, secrets);
    await app.register(tokenRoute(access));
  };
}
