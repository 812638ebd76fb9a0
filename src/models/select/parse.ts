import { ArcosError } from '../../base/errors.ts';

/** One word of a selector: `2+tag:diario+1`, `@path:models/x`. */
export interface Criterion {
  readonly text: string;
  /** `fqn` for a name, `path` for what looks like one. */
  readonly method: string;
  /** `config.materialized:view` asks method `config` about `materialized`. */
  readonly argument: string | undefined;
  readonly value: string;
  /** Steps upstream that come along; undefined for none, Infinity for all. */
  readonly parents: number | undefined;
  readonly children: number | undefined;
  /** `@`: all that is made from it, and all that these need. */
  readonly childrensParents: boolean;
}

const WORD =
  /^(?<at>@)?(?<up>(?<upDepth>\d*)\+)?(?:(?<method>[a-z_]+)(?:\.(?<argument>[\w.-]+))?:)?(?<value>.*?)(?<down>\+(?<downDepth>\d*))?$/;

/** Throws INVALID for a word that is none. */
export function parseCriterion(text: string): Criterion {
  const groups = WORD.exec(text)?.groups;
  const { at, up, upDepth, method, argument, value = '', down, downDepth } = groups ?? {};
  if (value === '')
    throw new ArcosError('INVALID', `"${text}" selects nothing: a name, a path or method:value is missing`);
  if (at !== undefined && up !== undefined) {
    throw new ArcosError('INVALID', `"${text}": "@" and "+" do not go together before a name`);
  }
  return {
    text,
    method: method ?? (looksLikePath(value) ? 'path' : 'fqn'),
    argument,
    value,
    parents: up === undefined ? undefined : depthOf(upDepth),
    children: down === undefined ? undefined : depthOf(downDepth),
    childrensParents: at !== undefined,
  };
}

function depthOf(digits: string | undefined): number {
  return digits === undefined || digits === '' ? Number.POSITIVE_INFINITY : Number(digits);
}

function looksLikePath(value: string): boolean {
  return value.includes('/') || value.includes('\\') || /\.(sql|csv|ya?ml)$/.test(value);
}

/**
 * What `--select` got: words apart by spaces are a union, words joined by commas an intersection.
 * A union of intersections.
 */
export function parseSelection(words: readonly string[]): readonly (readonly Criterion[])[] {
  return words
    .flatMap((word) => word.trim().split(/\s+/))
    .filter((word) => word !== '')
    .map((union) =>
      union
        .split(',')
        .filter((part) => part !== '')
        .map(parseCriterion),
    );
}
