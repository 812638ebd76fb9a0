import { createRequire } from 'node:module';
import type { ModelNode, Node, SeedNode, SnapshotNode, SourceNode } from '../node.ts';

type SqlParser = typeof import('../../sql/parse.ts') & typeof import('../../sql/relations.ts');

/** Loaded when a text may name a table: of a project that always says ref and source no SQL is parsed. */
function sqlParser(): SqlParser {
  const load = createRequire(import.meta.url);
  return { ...load('../../sql/parse.ts'), ...load('../../sql/relations.ts') };
}

type TableNode = ModelNode | SeedNode | SnapshotNode | SourceNode;

/**
 * The nodes whose tables a query names outright (`project.dataset.table`) instead of through ref and source: old
 * projects do, and their build order has to see it. Only a text that may hold such a name is parsed.
 */
export class NamedTables {
  readonly #byName = new Map<string, TableNode>();
  readonly #target: { readonly project: string; readonly dataset: string };

  constructor(nodes: Iterable<Node>, target: { project: string; dataset: string }) {
    this.#target = target;
    for (const node of nodes) {
      const table =
        node.resourceType === 'model' ||
        node.resourceType === 'seed' ||
        node.resourceType === 'snapshot' ||
        node.resourceType === 'source';
      // A model that fills what a source declares comes before whoever reads it.
      if (table && (node.resourceType !== 'source' || !this.#byName.has(keyOf(node))))
        this.#byName.set(keyOf(node), node);
    }
  }

  in(sql: string, self: string): string[] {
    if (!this.#mayName(sql)) return [];
    const { parseScript, relationsOf } = sqlParser();
    const { script } = parseScript(sql);
    const found = relationsOf(script, this.#target).flatMap(({ project, dataset, table }) => {
      const node = this.#byName.get(`${project}.${dataset}.${table}`);
      return node === undefined || node.uniqueId === self ? [] : [node.uniqueId];
    });
    return [...new Set(found)];
  }

  /** Whether the text has a name with a dot that ends like a table's: cheap, and wrong only towards yes. */
  #mayName(sql: string): boolean {
    for (const [, dataset, table] of sql.matchAll(/([\w-]+)`?\s*\.\s*`?([\w-]+)(?![\w-]|`?\s*\.)/g)) {
      if (this.#datasets.has(`${dataset}.${table}`)) return true;
    }
    return false;
  }

  get #datasets(): ReadonlySet<string> {
    this.#tails ??= new Set(this.#byName.values().map(({ relation }) => `${relation.schema}.${relation.identifier}`));
    return this.#tails;
  }

  #tails: ReadonlySet<string> | undefined;
}

function keyOf({ relation: { database, schema, identifier } }: TableNode): string {
  return `${database}.${schema}.${identifier}`;
}
