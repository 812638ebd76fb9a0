/** Functions of BigQuery that are not to be had here, by the reason; `*` stands for the rest of a name. */
const REASONS: Readonly<Record<string, string>> = {
  'there is no key management to keep its keys': `AEAD.* DETERMINISTIC_DECRYPT_BYTES DETERMINISTIC_DECRYPT_STRING
    DETERMINISTIC_ENCRYPT DLP_DETERMINISTIC_DECRYPT DLP_DETERMINISTIC_ENCRYPT DLP_KEY_CHAIN KEYS.*`,
  'the format of its sketches is not documented': 'KLL_QUANTILES.*',
  'there are no search indexes; LIKE, CONTAINS_SUBSTR and REGEXP_CONTAINS find texts':
    'BAG_OF_WORDS SEARCH TEXT_ANALYZE TF_IDF',
  'there are no models and vector indexes in the warehouse': 'AI.* ML.* VECTOR_SEARCH',
  'there are no property graphs':
    'DESTINATION_NODE_ID EDGES ELEMENT_ID LABELS NODES PATH_LENGTH PROPERTY_NAMES SOURCE_NODE_ID',
  'it reaches services outside of the warehouse': 'EXTERNAL_OBJECT_TRANSFORM EXTERNAL_QUERY OBJ.* ST_REGIONSTATS',
  'tables have no log of their changes': 'APPENDS CHANGES',
  'its list of suffixes changes daily and is not kept': 'NET.PUBLIC_SUFFIX NET.REG_DOMAIN',
  'it has not been written': 'GAP_FILL S2_COVERINGCELLIDS',
};

/** What is not to be had and why, in the order of names. */
export const UNAVAILABLE: readonly (readonly [name: string, reason: string])[] = Object.entries(REASONS)
  .flatMap(([reason, names]) => names.split(/\s+/).map((name): [string, string] => [name, reason]))
  .sort(([a], [b]) => (a < b ? -1 : 1));

/** Why BigQuery's function of that name is not to be had; undefined where BigQuery has none of it either. */
export function whyUnavailable(name: string): string | undefined {
  const upper = name.toUpperCase();
  return UNAVAILABLE.find(([known]) =>
    known.endsWith('*') ? upper.startsWith(known.slice(0, -1)) : upper === known,
  )?.[1];
}
