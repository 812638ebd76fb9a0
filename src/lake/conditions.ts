import { ArcosError } from '../base/errors.ts';

/** What must hold for a request to be done (Cloud Storage, Request preconditions); 0: that there is no object. */
export interface Conditions {
  readonly ifGenerationMatch?: number;
  readonly ifGenerationNotMatch?: number;
  readonly ifMetagenerationMatch?: number;
  readonly ifMetagenerationNotMatch?: number;
}

export interface State {
  readonly generation: number;
  readonly metageneration: number;
}

/** The state of what is not there. */
export const ABSENT: State = { generation: 0, metageneration: 0 };

const NAMES = [
  'ifGenerationMatch',
  'ifGenerationNotMatch',
  'ifMetagenerationMatch',
  'ifMetagenerationNotMatch',
] as const satisfies (keyof Conditions)[];

export function hasConditions(conditions: Conditions): boolean {
  return NAMES.some((name) => conditions[name] !== undefined);
}

/** The sentence about the condition that does not hold. Pure. */
export function unmet(what: string, found: State, conditions: Conditions): string | undefined {
  const { ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch, ifMetagenerationNotMatch } = conditions;
  const { generation, metageneration } = found;
  if (ifGenerationMatch !== undefined && ifGenerationMatch !== generation)
    return `${what} has the generation ${generation}, not ${ifGenerationMatch}${ifGenerationMatch === 0 ? ' (it exists)' : ''}`;
  if (ifGenerationNotMatch !== undefined && ifGenerationNotMatch === generation)
    return generation === 0 ? `${what} does not exist` : `${what} has the generation ${generation}`;
  if (ifMetagenerationMatch !== undefined && ifMetagenerationMatch !== metageneration)
    return `${what} has the metageneration ${metageneration}, not ${ifMetagenerationMatch}`;
  if (ifMetagenerationNotMatch !== undefined && ifMetagenerationNotMatch === metageneration)
    return `${what} has the metageneration ${metageneration}`;
  return undefined;
}

/** Throws PRECONDITION unless the conditions hold. */
export function checkConditions(what: string, found: State, conditions: Conditions): void {
  const reason = unmet(what, found, conditions);
  if (reason !== undefined) throw new ArcosError('PRECONDITION', reason);
}
