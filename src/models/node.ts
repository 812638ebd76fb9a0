import type { BlockDefinition, MacroDefinition, StaticPart, Template } from '../jinja/jinja.ts';
import type { NodeConfig } from './config.ts';

/** What dbt calls resources; `rpc` is the query that `run_sql` and `compile_sql` bring. */
export type ResourceType = 'model' | 'seed' | 'snapshot' | 'test' | 'source' | 'analysis' | 'rpc';

/** A table as a template names it. */
export interface RelationName {
  readonly database: string;
  readonly schema: string;
  readonly identifier: string;
}

export interface Column {
  readonly name: string;
  readonly description: string;
  readonly dataType: string | null;
  readonly quote: boolean | null;
  /** `{type: not_null}` and others of dbt's. */
  readonly constraints: readonly Readonly<Record<string, unknown>>[];
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface RefCall {
  readonly package: string | null;
  readonly name: string;
  readonly version: string | number | null;
}

interface NodeBase {
  /** `model.project.name` */
  readonly uniqueId: string;
  readonly name: string;
  readonly packageName: string;
  /** Below the resource's own folder, e.g. `dataset/table.sql`. */
  readonly path: string;
  /** Below the project's folder, e.g. `models/dataset/table.sql`. */
  readonly file: string;
  /** Project, folders, name: what the config trees and selectors walk. */
  readonly fqn: readonly string[];
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly columns: readonly Column[];
  /** Of the whole table, such as a primary key. */
  readonly constraints?: readonly Readonly<Record<string, unknown>>[];
  readonly config: NodeConfig;
  /** What was said of it, level by level, the most general first: without the defaults of its kind. */
  readonly configLayers: readonly Readonly<Record<string, unknown>>[];
  /** The file of YAML that describes it, as `project://models/schema.yml`. */
  readonly patch: string | null;
  readonly relation: RelationName;
}

/** A node made of a template that answers with a query. */
interface QueryNode extends NodeBase {
  readonly raw: string;
  readonly template: Template;
  /** Of a template that decides nothing. */
  readonly parts?: readonly StaticPart[];
  readonly refs: readonly RefCall[];
  readonly sources: readonly (readonly [source: string, table: string])[];
  /** Unique ids, in the order of the calls; tables named outright come after them. */
  readonly dependsOn: readonly string[];
  /** SHA-256 of the file. */
  readonly checksum: string;
  /** Of a model with several: which one it is, and which a ref without a version means. */
  readonly version?: { readonly own: string | number; readonly latest: string | number };
  /** What `config()` in the file said, before anything was merged into it. */
  readonly configCall: Readonly<Record<string, unknown>>;
}

export interface ModelNode extends QueryNode {
  readonly resourceType: 'model';
}

export interface SnapshotNode extends QueryNode {
  readonly resourceType: 'snapshot';
}

export interface AnalysisNode extends QueryNode {
  readonly resourceType: 'analysis' | 'rpc';
}

export interface TestNode extends QueryNode {
  readonly resourceType: 'test';
  /** Absent for a test that is a file of its own. */
  readonly generic?: GenericTest;
  /** Of a unit test: what it tests a model's query with. */
  readonly unit?: UnitTest;
}

/** Rows as they are written, or a query that gives them. */
export type UnitRows =
  | { readonly format: 'rows'; readonly rows: readonly Readonly<Record<string, unknown>>[] }
  | { readonly format: 'sql'; readonly sql: string };

export interface UnitTest {
  /** Unique id, as that of each input. */
  readonly model: string;
  readonly given: readonly { readonly id: string; readonly rows: UnitRows }[];
  readonly expected: UnitRows;
  /** What macros answer, by name. */
  readonly macros: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  /** As it is written. */
  readonly declared: Readonly<Record<string, unknown>>;
}

export interface GenericTest {
  /** `not_null`, or `unique_combination_of_columns` of package `dbt_utils`. */
  readonly name: string;
  readonly namespace: string | null;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly columnName: string | null;
  /** Unique id of the node it stands at. */
  readonly attachedTo: string;
  /** Where it stands in its schema file: `models.bairro`, `sources.dados`. */
  readonly fileKey: string;
}

export interface SeedNode extends NodeBase {
  readonly resourceType: 'seed';
  /** The CSV text. */
  readonly content: string;
  readonly checksum: string;
  readonly dependsOn: readonly string[];
}

export interface SourceNode extends NodeBase {
  readonly resourceType: 'source';
  readonly sourceName: string;
  readonly sourceDescription: string;
  readonly loader: string;
  readonly loadedAtField: string | null;
  readonly freshness: unknown;
}

export type TemplateNode = ModelNode | SnapshotNode | AnalysisNode | TestNode;
export type RunnableNode = TemplateNode | SeedNode;
export type Node = RunnableNode | SourceNode;

export interface Macro {
  /** `macro.project.name` */
  readonly uniqueId: string;
  readonly name: string;
  readonly packageName: string;
  readonly definition: MacroDefinition;
  /** Its source, from its tag to the next one's. */
  readonly text: string;
}

/** A materialisation written in Jinja. */
export interface Materialization {
  readonly name: string;
  readonly packageName: string;
  /** `default` unless it names another. */
  readonly adapter: string;
  readonly block: BlockDefinition;
}

/** dbt's word: unit tests are a kind of their own. */
export function resourceTypeOf(node: Node): string {
  return node.resourceType === 'test' && node.unit !== undefined ? 'unit_test' : node.resourceType;
}

export function dependenciesOf(node: Node): readonly string[] {
  return node.resourceType === 'source' ? [] : node.dependsOn;
}

export function isTemplateNode(node: Node): node is TemplateNode {
  return node.resourceType !== 'source' && node.resourceType !== 'seed';
}

/** `project.dataset.table` in back quotes, as GoogleSQL has it. */
export function quoteRelation({ database, schema, identifier }: RelationName): string {
  return `\`${database}\`.\`${schema}\`.\`${identifier}\``;
}
