import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { Access } from '../access.ts';
import type { PrincipalInfo } from '../directory.ts';
import { demand, type RouteAccess } from '../http.ts';
import type { Resource } from '../may.ts';
import type { Principal } from '../principal.ts';

/** As people write it: an e-mail address, or a word of letters, digits and `. _ - @ +`. */
export const NAME = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,253}$/u, 'must be letters, digits and . _ - @ +');

export interface NameRoute {
  Params: { name: string };
}

type Who = Pick<PrincipalInfo, 'agency' | 'bindings'>;

/** Where somebody has to be an administrator to manage a principal: in its agency, or on the platform. */
export function managing(access: Access, action: 'access.read' | 'access.manage'): { access: RouteAccess } {
  return {
    access: {
      action,
      async resource({ params }: FastifyRequest): Promise<Resource> {
        const found = await access.directory.find((params as NameRoute['Params']).name);
        if (found === undefined) return {};
        const groups = await Promise.all(found.groups.map((group) => access.directory.find(group)));
        return ownerOf({ ...found, bindings: [found, ...groups].flatMap((each) => each?.bindings ?? []) });
      },
    },
  };
}

/** Who has a role on the platform is for the platform's own to manage: otherwise an agency could take that role. */
export function ownerOf({ agency, bindings }: Who): Resource {
  const ofPlatform = agency === null || bindings.some(({ scope }) => scope.kind === 'platform');
  return ofPlatform ? {} : { agency };
}

/** Throws DENIED unless the caller may manage it. */
export function demandManaging(caller: Principal, who: Who): void {
  demand(caller, 'access.manage', ownerOf(who));
}

/** Throws NOT_FOUND. */
export async function findOne(access: Access, name: string): Promise<PrincipalInfo> {
  const found = await access.directory.find(name);
  if (found === undefined) throw new ArcosError('NOT_FOUND', `There is nobody called "${name}"`);
  return found;
}
