import { ArcosError } from '../base/errors.ts';
import type { Role } from './policy.ts';
import type { Binding, PrincipalKind } from './principal.ts';

/** Everyone, by IAM's names. Both mean whoever has logged in: who gave no credential has no roles. */
export const EVERYONE = {
  allUsers: '00000000-0000-0000-0000-000000000001',
  allAuthenticatedUsers: '00000000-0000-0000-0000-000000000002',
} as const;

const MODEST: readonly Role[] = ['base', 'leitor'];
const SMALL: readonly Binding['scope']['kind'][] = ['dataset', 'table'];

/** Datasets of files as they came, which are never shown to everyone. */
export const STAGING = '_staging';

/** Throws INVALID for what everyone may not be given: more than to read a dataset or table, and anything of staging. */
export function checkRule(kind: PrincipalKind, role: Role, scope: Binding['scope']): void {
  if (kind !== 'everyone') return;
  if (!MODEST.includes(role) || !SMALL.includes(scope.kind)) {
    throw new ArcosError('INVALID', `Everyone cannot be given ${role} on a ${scope.kind}`, {
      hint: 'Give base or leitor, on a dataset or table.',
    });
  }
  const [, dataset = ''] = scope.id.split('.');
  if (dataset.endsWith(STAGING)) {
    throw new ArcosError('INVALID', `The dataset ${dataset} is staging, which everyone is never shown`, {
      hint: 'Make a table of it in another dataset, and share that.',
    });
  }
}
