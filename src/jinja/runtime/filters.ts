import { CHOICE_FILTERS } from './filters/choice.ts';
import { CONVERSION_FILTERS } from './filters/conversion.ts';
import { MARKUP_FILTERS } from './filters/markup.ts';
import { NUMBER_FILTERS } from './filters/number.ts';
import { SEQUENCE_FILTERS } from './filters/sequence.ts';
import { TEXT_FILTERS } from './filters/text.ts';
import type { Native } from './signature.ts';

/** Jinja's filters and dbt's, by name. The value that is filtered is the first argument of each. */
export const FILTERS: ReadonlyMap<string, Native> = new Map([
  ...CHOICE_FILTERS,
  ...CONVERSION_FILTERS,
  ...MARKUP_FILTERS,
  ...NUMBER_FILTERS,
  ...SEQUENCE_FILTERS,
  ...TEXT_FILTERS,
]);
