import { api, path } from './api.ts';

/** Answers of the warehouse, in BigQuery's shapes. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
  readonly fields?: readonly Field[];
  readonly policyTags?: { readonly names?: readonly string[] };
}

export interface RestRow {
  readonly f: readonly { readonly v: unknown }[];
}

export interface QueryAnswer {
  readonly jobComplete: boolean;
  readonly jobReference: { readonly projectId: string; readonly jobId?: string };
  readonly schema?: { readonly fields?: readonly Field[] };
  readonly rows?: readonly RestRow[];
  readonly totalRows?: string;
  readonly totalBytesProcessed?: string;
  readonly numDmlAffectedRows?: string;
}

export interface TableName {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
  /** `TABLE`, `VIEW` or `EXTERNAL`. */
  readonly type: string;
}

export async function projects(): Promise<string[]> {
  const answer = await api<{ projects?: readonly { id: string }[] }>('/bigquery/v2/projects');
  return (answer.projects ?? []).map(({ id }) => id);
}

/** Every table that the caller may list. */
export async function allTables(): Promise<TableName[]> {
  const lists = await Promise.all((await projects()).map(tablesOf));
  return lists.flat();
}

async function tablesOf(project: string): Promise<TableName[]> {
  const base = path`/bigquery/v2/projects/${project}/datasets`;
  const { datasets = [] } = await api<{ datasets?: readonly { datasetReference: { datasetId: string } }[] }>(base);
  const lists = await Promise.all(
    datasets.map(async ({ datasetReference: { datasetId: dataset } }) => {
      const { tables = [] } = await api<{
        tables?: readonly { type: string; tableReference: { tableId: string } }[];
      }>(`${base}/${encodeURIComponent(dataset)}/tables`);
      return tables.map(({ type, tableReference }) => ({ project, dataset, table: tableReference.tableId, type }));
    }),
  );
  return lists.flat();
}

/** A value of a row as text: nested ones as JSON. */
export function cellText(field: Field | undefined, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (field?.type === 'TIMESTAMP' && typeof value === 'string' && field.mode !== 'REPEATED') {
    const instant = new Date(Number(value) * 1000);
    return Number.isNaN(instant.getTime()) ? value : instant.toISOString();
  }
  return typeof value === 'object' ? JSON.stringify(plain(field, value)) : String(value);
}

/** BigQuery's `{v: [{v: ...}]}` and `{f: [{v: ...}]}` as arrays and objects. */
function plain(field: Field | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(field, (each as { v: unknown }).v));
  if (value === null || typeof value !== 'object' || !('f' in value)) return value;
  const { f } = value as RestRow;
  return Object.fromEntries(
    f.map(({ v }, index) => [field?.fields?.[index]?.name ?? index, plain(field?.fields?.[index], v)]),
  );
}

/** Rows of a short query, each by column name as text; empty for NULL. */
export async function select(project: string, query: string): Promise<Readonly<Record<string, string>>[]> {
  const json = { query, useLegacySql: false, maxResults: 1000, timeoutMs: 60_000 };
  const answer = await api<QueryAnswer>(path`/bigquery/v2/projects/${project}/queries`, { method: 'POST', json });
  const fields = answer.schema?.fields ?? [];
  return (answer.rows ?? []).map(({ f }) =>
    Object.fromEntries(fields.map((field, index) => [field.name, cellText(field, f[index]?.v)])),
  );
}
