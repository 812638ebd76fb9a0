import type { FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.ts';
import type { Question, RouteAccess } from '../../access/http.ts';
import { may } from '../../access/may.ts';
import type { Action } from '../../access/policy.ts';
import type { Principal } from '../../access/principal.ts';

/** Namespaces that the principal may do something in: what lists are made of. */
export async function visibleNamespaces(access: Access, principal: Principal, action: Action): Promise<string[]> {
  const namespaces = await access.namespaces();
  return namespaces
    .filter(({ id: namespace, agency }) => may(principal, action, { namespace, agency }).allowed)
    .map(({ id }) => id);
}

/** Of a list: open to whoever may see something of it. It shows them no more than that. */
export function anywhere(access: Access, action: Action): { access: RouteAccess } {
  const ask = async (request: FastifyRequest): Promise<Question> => {
    const [namespace] = await visibleNamespaces(access, request.principal, action);
    return { action, resource: namespace === undefined ? {} : await inNamespace(access, namespace) };
  };
  return { access: { ask } };
}

/** A namespace as a resource. Throws NOT_FOUND. */
export async function inNamespace(access: Access, namespace: string): Promise<{ namespace: string; agency: string }> {
  const { agency } = await access.namespace(namespace);
  return { namespace, agency };
}
