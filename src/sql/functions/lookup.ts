import { AGGREGATES, WINDOWS } from './aggregates.ts';
import { ARRAYS } from './arrays.ts';
import { CONDITIONALS } from './conditionals.ts';
import { CONVERSIONS } from './conversions.ts';
import { DATES } from './dates.ts';
import type { FunctionDefinition } from './define.ts';
import { GEOGRAPHY_FUNCTIONS } from './geography.ts';
import { HASHES } from './hashes.ts';
import { JSON_FUNCTIONS } from './json.ts';
import { MATHS } from './maths.ts';
import { NET } from './net.ts';
import { OPERATORS } from './operators.ts';
import { RANGES } from './ranges.ts';
import { STRINGS } from './strings.ts';

/** Every function, by family: what docs/reference and completion are made from. */
export const FUNCTIONS: readonly FunctionDefinition[] = [
  ...OPERATORS,
  ...AGGREGATES,
  ...ARRAYS,
  ...CONDITIONALS,
  ...CONVERSIONS,
  ...DATES,
  ...GEOGRAPHY_FUNCTIONS,
  ...HASHES,
  ...JSON_FUNCTIONS,
  ...MATHS,
  ...NET,
  ...RANGES,
  ...STRINGS,
  ...WINDOWS,
];

const BY_NAME = new Map(FUNCTIONS.map((definition) => [definition.name, definition]));

/** Other spellings of a function. */
export const ALIASES: Readonly<Record<string, string>> = {
  CEILING: 'CEIL',
  CHARACTER_LENGTH: 'CHAR_LENGTH',
  OCTET_LENGTH: 'BYTE_LENGTH',
  POWER: 'POW',
  ST_NPOINTS: 'ST_NUMPOINTS',
  SUBSTRING: 'SUBSTR',
  REGEXP_SUBSTR: 'REGEXP_EXTRACT',
  STDDEV: 'STDDEV_SAMP',
  VARIANCE: 'VAR_SAMP',
};

/** The function of that name, in any case and spelling. */
export function lookupFunction(name: string): FunctionDefinition | undefined {
  const upper = name.toUpperCase();
  return BY_NAME.get(ALIASES[upper] ?? upper);
}
