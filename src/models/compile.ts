import { ArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Callable, callable, HostObject, isUndefined, render, toText, type Value } from '../jinja/jinja.ts';
import { lex } from '../sql/lex.ts';
import { Source, SqlFault } from '../sql/source.ts';
import { testArguments } from './context/arguments.ts';
import { refCall } from './context/parsing.ts';
import { textOfParts } from './context/parts.ts';
import { runningScope } from './context/running.ts';
import type { Invocation } from './invocation.ts';
import type { Manifest } from './manifest.ts';
import type { Node, RefCall, TemplateNode, TestNode } from './node.ts';
import type { Session } from './session.ts';
import { isMap } from './yaml.ts';

export interface Compiled {
  readonly sql: string;
  /** The scope the query was made in: hooks are rendered in it too. */
  readonly scope: Record<string, Value>;
  /** What the query named while it was made: for one that was not read before. */
  readonly reads: Pick<TemplateNode, 'refs' | 'sources' | 'dependsOn'>;
}

/** What an ephemeral model becomes in the queries that read it. */
export interface Cte {
  readonly name: string;
  readonly sql: string;
}

/** What a unit test puts in the place of what a scope has. */
export type Replace = (scope: Readonly<Record<string, Value>>) => {
  readonly scope: Readonly<Record<string, Value>>;
  /** The relation that a ref or source answers with; `otherwise` gives the usual one. */
  readonly resolve: (node: Node, otherwise: () => Value) => Value;
  readonly this: Value;
};

/** Makes nodes' queries, for one command. Ephemeral models are made once and put into whatever reads them. */
export class Compiler {
  readonly #manifest: Manifest;
  readonly #invocation: Invocation;
  readonly #replace: Replace | undefined;
  readonly #ephemeral = new Map<string, Promise<readonly Cte[]>>();

  /** `replace`: what stands in the place of tables and macros, in a unit test. */
  constructor(manifest: Manifest, invocation: Invocation, replace?: Replace) {
    this.#manifest = manifest;
    this.#invocation = invocation;
    this.#replace = replace;
  }

  /** As `compile`, with these WITH queries in front. */
  async compileWith(node: TemplateNode, ctes: readonly Cte[], session: Session, log: Log): Promise<Compiled> {
    const made = await this.#body(node, session, log);
    return { sql: withQueries(made.sql, [...ctes, ...made.ctes]), scope: made.scope, reads: made.reads };
  }

  /** Throws JinjaError. */
  async compile(node: TemplateNode, session: Session, log: Log): Promise<Compiled> {
    const { sql, scope, ctes, reads } = await this.#body(node, session, log);
    return { sql: withQueries(sql, ctes), scope, reads };
  }

  async #body(node: TemplateNode, session: Session, log: Log): Promise<Compiled & { ctes: readonly Cte[] }> {
    const read = new Set<string>();
    const reads = { refs: [] as RefCall[], sources: [] as [string, string][], dependsOn: [] as string[] };
    const scope = runningScope({
      manifest: this.#manifest,
      invocation: this.#invocation,
      node,
      session,
      log,
      onEphemeral: (id) => read.add(id),
      onRead: (call, id) => {
        if (Array.isArray(call)) reads.sources.push(call);
        else reads.refs.push(call);
        if (!reads.dependsOn.includes(id)) reads.dependsOn.push(id);
      },
    });
    if (this.#replace !== undefined) replaceIn(scope, this.#replace(scope), this.#manifest, node);
    const sql =
      node.resourceType === 'test' && node.generic !== undefined
        ? await callTest(node, node.generic, scope)
        : ((node.parts && textOfParts(node.parts, scope)) ?? (await render(node.template, scope)));
    const ctes: Cte[] = [];
    for (const id of read) ctes.push(...(await this.#ctes(id, session, log)));
    return {
      sql: sql.trim(),
      scope,
      reads,
      ctes: ctes.filter(({ name }, index) => ctes.findIndex((other) => other.name === name) === index),
    };
  }

  /** The WITH queries that an ephemeral model needs, its own the last. */
  #ctes(id: string, session: Session, log: Log): Promise<readonly Cte[]> {
    const known = this.#ephemeral.get(id);
    if (known !== undefined) return known;
    const node = this.#manifest.nodes.get(id);
    const made = (async () => {
      if (node === undefined || node.resourceType !== 'model')
        throw new ArcosError('NOT_FOUND', `There is no model ${id}`);
      const { sql, ctes } = await this.#body(node, session, log);
      return [...ctes, { name: `__dbt__cte__${node.name}`, sql }];
    })();
    this.#ephemeral.set(id, made);
    return made;
  }
}

function replaceIn(
  scope: Record<string, Value>,
  replaced: ReturnType<Replace>,
  { links }: Manifest,
  node: TemplateNode,
): void {
  const before = { ref: scope['ref'], source: scope['source'] };
  const usual = (call: Value, positional: readonly Value[], keywords: Readonly<Record<string, Value>>): Value =>
    typeof call === 'function' ? (call as Callable)(positional, keywords) : null;
  const missing = (name: string) =>
    new ArcosError('INVALID', `${node.uniqueId} depends on ${name}, which was not found`);
  const ref = callable('ref', (positional, keywords) => {
    const call = refCall(positional, keywords);
    const found = links.ref(call, node.packageName);
    if (found === undefined) throw missing(call.name);
    return replaced.resolve(found, () => usual(before.ref, positional, keywords));
  });
  const source = callable('source', (positional, keywords) => {
    const [name, table] = positional;
    const found = links.source(String(name), String(table));
    if (found === undefined) throw missing(`${String(name)}.${String(table)}`);
    return replaced.resolve(found, () => usual(before.source, positional, keywords));
  });
  Object.assign(scope, replaced.scope, { ref, source });
  if (replaced.this !== undefined) scope['this'] = replaced.this;
}

async function callTest(
  node: TestNode,
  test: NonNullable<TestNode['generic']>,
  scope: Record<string, Value>,
): Promise<string> {
  const name = `test_${test.name}`;
  const own = test.namespace === null ? undefined : scope[test.namespace];
  const found = test.namespace === null ? scope[name] : own instanceof HostObject ? own.member(name) : undefined;
  if (typeof found !== 'function') throw new ArcosError('NOT_FOUND', `There is no generic test "${test.name}"`);
  const keywords = await testArguments(test.arguments, scope, node.file);
  const answer = await (found as Callable)([], isMap(keywords) ? keywords : {});
  return isUndefined(answer) ? '' : toText(answer);
}

/** The query with WITH queries in front, joined to those it has. */
export function withQueries(sql: string, ctes: readonly Cte[]): string {
  if (ctes.length === 0) return sql;
  const list = ctes.map(({ name, sql: query }) => `${name} AS (\n${query}\n)`).join(',\n');
  const [first, second] = tokens(sql);
  if (first?.text.toUpperCase() !== 'WITH') return `WITH ${list}\n${sql}`;
  const recursive = second?.text.toUpperCase() === 'RECURSIVE';
  const rest = sql.slice(recursive ? second.end : first.end);
  return `WITH${recursive ? ' RECURSIVE' : ''} ${list},${rest}`;
}

function tokens(sql: string): { text: string; end: number }[] {
  try {
    const source = new Source(sql);
    return lex(source)
      .slice(0, 2)
      .map(({ start, end }) => ({ text: sql.slice(start, end), end }));
  } catch (error) {
    // What the text is, the warehouse will say.
    if (error instanceof SqlFault) return [];
    throw error;
  }
}
