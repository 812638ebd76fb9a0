import type { ColumnInfo, Partitioning } from '../../sql/catalog.ts';
import type { Options } from '../../sql/ddl.ts';
import type { Lifetime } from './lifetime.ts';

/**
 * What a native table is beyond DuckDB's columns. It is the comment of the DuckLake table, so that it
 * changes in one transaction with the data.
 */
export interface TableDocument {
  readonly version: 1;
  /** In the table's order, with GoogleSQL's types. */
  readonly columns: readonly ColumnInfo[];
  readonly partitioning?: Partitioning;
  readonly clustering?: readonly string[];
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** A snapshot's rows are never changed. */
  readonly snapshot?: true;
  readonly lifetime?: Lifetime;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export function writeDocument(document: TableDocument): string {
  return JSON.stringify(document);
}

/** Undefined for the comment of a table that Arcos did not make. */
export function readDocument(comment: string | null): TableDocument | undefined {
  if (comment === null || !comment.startsWith('{"version":1,')) return undefined;
  return JSON.parse(comment) as TableDocument;
}

/** The members of a document that OPTIONS set. */
export function documentOptions(options: Options): Pick<TableDocument, 'description' | 'labels'> {
  const { description, labels } = options;
  return {
    ...(typeof description === 'string' ? { description } : {}),
    ...(labels === undefined || labels === null ? {} : { labels: labelsOf(labels) }),
  };
}

/** A document with the options that ALTER ... SET OPTIONS gives; NULL takes one away. */
export function withOptions<Document extends Pick<TableDocument, 'description' | 'labels'>>(
  document: Document,
  options: Options,
): Omit<Document, 'description' | 'labels'> & Pick<TableDocument, 'description' | 'labels'> {
  const { description, labels, ...rest } = document;
  const keeps = (name: string): boolean => options[name] === undefined;
  return {
    ...rest,
    ...(description !== undefined && keeps('description') ? { description } : {}),
    ...(labels !== undefined && keeps('labels') ? { labels } : {}),
    ...documentOptions(options),
  };
}

/** Labels are written `[('team', 'dados'), ...]`. */
export function labelsOf(labels: Options[string]): Record<string, string> {
  if (!Array.isArray(labels)) return {};
  return Object.fromEntries(
    labels.flatMap((pair) => (Array.isArray(pair) && pair.length === 2 ? [[String(pair[0]), String(pair[1])]] : [])),
  );
}
