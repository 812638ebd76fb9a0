import type { Fault } from '../../base/fault.ts';
import { nearest } from '../../base/nearest.ts';
import type { Node, RefCall, TemplateNode } from '../node.ts';

/** Finds what `ref` and `source` name. */
export class Links {
  readonly #byName = new Map<string, Node[]>();
  readonly #sources = new Map<string, Node>();
  readonly #disabled: ReadonlySet<string>;
  readonly #root: string;

  /** `disabled`: unique ids of nodes that are switched off. */
  constructor(nodes: Iterable<Node>, disabled: ReadonlySet<string>, root: string) {
    this.#disabled = disabled;
    this.#root = root;
    for (const node of nodes) {
      if (node.resourceType === 'source') this.#sources.set(`${node.sourceName}.${node.name}`, node);
      else if (['model', 'seed', 'snapshot'].includes(node.resourceType)) {
        this.#byName.set(node.name, [...(this.#byName.get(node.name) ?? []), node]);
      }
    }
  }

  ref(call: RefCall, from: string): Node | undefined {
    const all = this.#byName.get(call.name) ?? [];
    const candidates = all.filter((node) => {
      if (node.resourceType !== 'model' || node.version === undefined) return true;
      return String(node.version.own) === String(call.version ?? node.version.latest);
    });
    const of = (packageName: string) => candidates.find((node) => node.packageName === packageName);
    return call.package === null ? (of(from) ?? of(this.#root) ?? candidates[0]) : of(call.package);
  }

  source(source: string, table: string): Node | undefined {
    return this.#sources.get(`${source}.${table}`);
  }

  /** The ids a node depends on, and a fault for each name that is nobody's. */
  dependencies(node: Pick<TemplateNode, 'refs' | 'sources' | 'packageName' | 'uniqueId' | 'file' | 'resourceType'>): {
    ids: string[];
    faults: Fault[];
  } {
    const ids: string[] = [];
    const faults: Fault[] = [];
    for (const call of node.refs) {
      const found = this.ref(call, node.packageName);
      if (found === undefined) faults.push(this.#missing(node, call));
      else ids.push(found.uniqueId);
    }
    for (const [source, table] of node.sources) {
      const found = this.source(source, table);
      if (found !== undefined) ids.push(found.uniqueId);
      else {
        const near = nearest(`${source}.${table}`, this.#sources.keys());
        faults.push(
          fault(
            node,
            `depends on a source named '${source}.${table}' which was not found`,
            near === undefined ? 'Declare it under "sources:" of a schema file.' : `Did you mean "${near}"?`,
          ),
        );
      }
    }
    return { ids: [...new Set(ids)], faults };
  }

  #missing(node: Pick<TemplateNode, 'uniqueId' | 'file' | 'resourceType'>, call: RefCall): Fault {
    const name = call.package === null ? call.name : `${call.package}.${call.name}`;
    const off = this.#disabled.values().find((id) => id.endsWith(`.${call.name}`));
    if (off !== undefined) {
      return fault(node, `depends on a node named '${name}' which is disabled`, `Enable ${off}, or take the ref out.`);
    }
    const near = nearest(call.name, this.#byName.keys());
    return fault(
      node,
      `depends on a node named '${name}' which was not found`,
      near === undefined ? 'No model and no seed has that name.' : `Did you mean "${near}"?`,
    );
  }
}

function fault(node: Pick<TemplateNode, 'uniqueId' | 'file' | 'resourceType'>, message: string, hint: string): Fault {
  const kind = node.resourceType.replace(/^./, (first) => first.toUpperCase());
  return {
    code: 'models/missing',
    // A test of something that is not there tests nothing: the others still can.
    severity: node.resourceType === 'test' ? 'warning' : 'error',
    message: `${kind} '${node.uniqueId}' (${node.file}) ${message}`,
    file: node.file,
    hint,
  };
}
