import { z } from 'zod';
import { parse } from '../../access/input.ts';

/*
 * The forms of bodies, as BigQuery's REST reference has them: members that are read here have their type, all others
 * may be what they like. Null stands for absent.
 */

const text = z.string().nullish();
const count = z.union([z.number(), z.string()]).nullish();
const flag = z.union([z.boolean(), z.enum(['true', 'false'])]).nullish();
const texts = z.array(z.string()).nullish();
/** Some clients send a single one without brackets. */
const uris = z.union([z.string(), z.array(z.string())]).nullish();
const labels = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable()).nullish();
const anything = z.looseObject({}).nullish();
const reference = z
  .looseObject({ projectId: text, datasetId: text, tableId: text, routineId: text, jobId: text, location: text })
  .nullish();

const FIELD = z.looseObject({
  name: text,
  type: text,
  mode: text,
  description: text,
  policyTags: z.looseObject({ names: texts }).nullish(),
  get fields() {
    return z.array(FIELD).nullish();
  },
});
const schema = z.looseObject({ fields: z.array(FIELD).nullish() }).nullish();

const TYPE = z.looseObject({
  type: text,
  typeKind: text,
  get arrayType() {
    return TYPE.nullish();
  },
  get arrayElementType() {
    return TYPE.nullish();
  },
  get rangeElementType() {
    return TYPE.nullish();
  },
  get structTypes() {
    return z.array(z.looseObject({ name: text, type: TYPE.nullish() })).nullish();
  },
});
const VALUE = z.looseObject({
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  get arrayValues() {
    return z.array(VALUE).nullish();
  },
  get structValues() {
    return z.record(z.string(), VALUE).nullish();
  },
});
const parameters = z
  .array(z.looseObject({ name: text, parameterType: TYPE.nullish(), parameterValue: VALUE.nullish() }))
  .nullish();
const properties = z.array(z.looseObject({ key: text, value: text })).nullish();

const partitioning = {
  timePartitioning: z.looseObject({ type: text, field: text, expirationMs: count }).nullish(),
  rangePartitioning: z
    .looseObject({ field: text, range: z.looseObject({ start: count, end: count, interval: count }).nullish() })
    .nullish(),
  clustering: z.looseObject({ fields: texts }).nullish(),
};
const external = z
  .looseObject({
    sourceUris: uris,
    sourceFormat: text,
    schema,
    autodetect: flag,
    csvOptions: anything,
    hivePartitioningOptions: z.looseObject({ mode: text, sourceUriPrefix: text }).nullish(),
  })
  .nullish();

const DATASET = z.looseObject({ datasetReference: reference, description: text, friendlyName: text, labels });
const TABLE = z.looseObject({
  tableReference: reference,
  schema,
  description: text,
  friendlyName: text,
  labels,
  view: z.looseObject({ query: text }).nullish(),
  materializedView: z.looseObject({ query: text }).nullish(),
  externalDataConfiguration: external,
  expirationTime: count,
  ...partitioning,
});
const asked = {
  query: text,
  useLegacySql: flag,
  useQueryCache: flag,
  createSession: flag,
  maximumBytesBilled: count,
  defaultDataset: reference,
  parameterMode: text,
  queryParameters: parameters,
  connectionProperties: properties,
};
const QUERY = z.looseObject({ ...asked, dryRun: flag, maxResults: count, timeoutMs: count, requestId: text, labels });
const written = {
  destinationTable: reference,
  createDisposition: text,
  writeDisposition: text,
  schemaUpdateOptions: texts,
  ...partitioning,
};
const JOB = z.looseObject({
  jobReference: reference,
  configuration: z
    .looseObject({
      labels,
      dryRun: flag,
      jobTimeoutMs: count,
      query: z
        .looseObject({ ...asked, ...written, tableDefinitions: z.record(z.string(), external).nullish() })
        .nullish(),
      load: z
        .looseObject({ ...written, sourceUris: uris, sourceFormat: text, schema, fieldDelimiter: text, quote: text })
        .nullish(),
      extract: z
        .looseObject({ sourceTable: reference, destinationUri: text, destinationUris: texts, destinationFormat: text })
        .nullish(),
      copy: z.looseObject({ ...written, sourceTable: reference, sourceTables: z.array(reference).nullish() }).nullish(),
    })
    .nullish(),
});
const ROWS = z.looseObject({
  rows: z.array(z.looseObject({ insertId: text, json: z.record(z.string(), z.unknown()) })).nullish(),
  skipInvalidRows: flag,
  ignoreUnknownValues: flag,
  templateSuffix: text,
});
const ROUTINE = z.looseObject({
  routineReference: reference,
  routineType: text,
  language: text,
  definitionBody: text,
  description: text,
  arguments: z.array(z.looseObject({ name: text, dataType: TYPE.nullish() })).nullish(),
  returnType: TYPE.nullish(),
  importedLibraries: texts,
});
const ROW_POLICY = z.looseObject({
  rowAccessPolicyReference: z.looseObject({ policyId: text }).nullish(),
  filterPredicate: text,
  grantees: texts,
});

/** By the end of a route's path. */
const FORMS: readonly (readonly [RegExp, z.ZodType])[] = [
  [/\/datasets(\/:dataset)?$/, DATASET],
  [/\/tables(\/:table)?$/, TABLE],
  [/\/insertAll$/, ROWS],
  [/\/queries$/, QUERY],
  [/\/jobs$/, JOB],
  [/\/routines(\/:routine)?$/, ROUTINE],
  [/\/rowAccessPolicies(\/:policy)?$/, ROW_POLICY],
];

/** The form of what a route that changes something is asked with; undefined for one that takes anything. */
export function formOf(method: string, path: string): z.ZodType | undefined {
  return method === 'GET' || method === 'DELETE' ? undefined : FORMS.find(([end]) => end.test(path))?.[1];
}

/**
 * A body of the form: a missing one is empty, and what is null is left out, but for a change, in which it takes
 * something away. Throws INVALID.
 */
export function readForm(form: z.ZodType, method: string, body: unknown): unknown {
  parse(form, body ?? {});
  return method === 'PATCH' ? (body ?? {}) : withoutNulls(body ?? {});
}

/** Rows of a streaming insert are data: they stay as they are. */
const DATA = 'json';

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === null ? [] : [[name, name === DATA ? member : withoutNulls(member)]],
    ),
  );
}
