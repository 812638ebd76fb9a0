import { type Fault, hasErrors } from '../base/fault.ts';
import { MacroTable } from './context/macros.ts';
import { ParsingContext } from './context/parsing.ts';
import { type Graph, graphOf } from './graph.ts';
import type { Invocation } from './invocation.ts';
import type { Macro, Materialization, Node, TemplateNode } from './node.ts';
import type { ProjectFiles, ProjectPackage } from './project.ts';
import { Links } from './resolve/links.ts';
import { resolveMacros } from './resolve/macro.ts';
import { type Read, resolveQuery } from './resolve/model.ts';
import { NamedTables } from './resolve/named.ts';
import { type PackageContext, Resolver } from './resolve/resolver.ts';
import { type Declared, type DeclaredKind, type Patch, readSchemaFiles, type SchemaFiles } from './resolve/schema.ts';
import { resolveSeed } from './resolve/seed.ts';
import { resolveSnapshots } from './resolve/snapshot.ts';
import { resolveSource } from './resolve/source.ts';
import { resolveTest } from './resolve/test.ts';
import { resolveUnitTest } from './resolve/unittest.ts';
import type { Templates } from './templates.ts';
import { isMap, listOf, mapOf, textOf, type YamlMap } from './yaml.ts';

/** A project understood: every node with its config, name and place in the graph. */
export interface Manifest {
  readonly project: string;
  readonly packages: readonly ProjectPackage[];
  /** Sources among them; without those that are disabled. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly graph: Graph;
  readonly macros: MacroTable;
  readonly materializations: readonly Materialization[];
  readonly links: Links;
  /** What schema files declare that is no node. */
  readonly declared: Readonly<Record<DeclaredKind, readonly (Declared & { readonly packageName: string })[]>>;
  /** Texts of docs blocks by `package.name`. */
  readonly docs: ReadonlyMap<string, string>;
  /** Of each package, the layers of `vars:`, the strongest first. */
  readonly vars: ReadonlyMap<string, readonly YamlMap[]>;
  /** Warnings; the faults of a manifest that can be used. */
  readonly warnings: readonly Fault[];
}

/** Understands the files of a project for one target and one set of variables. Pure. */
export function parseProject(
  files: ProjectFiles,
  invocation: Invocation,
  templates: Templates,
): { manifest: Manifest; faults: readonly [] } | { manifest: undefined; faults: readonly Fault[] } {
  const resolver = new Resolver(templates);
  resolver.faults.push(...files.faults);
  const { root, packages } = files;
  const macros: Macro[] = [];
  const materializations: Materialization[] = [];
  const docs = new Map<string, string>();
  for (const pack of packages) {
    const defined = resolveMacros(pack, resolver);
    macros.push(...defined.macros);
    materializations.push(...defined.materializations);
    for (const [name, text] of defined.docs) docs.set(name, text);
  }
  const table = new MacroTable(macros, root.name, searchOrder(root.settings));
  const vars = new Map(packages.map((pack) => [pack.name, varLayers(pack, root)]));

  const contexts = packages.map((pack): PackageContext => {
    const options = {
      invocation,
      project: root.name,
      packageName: pack.name,
      macros: table,
      vars: vars.get(pack.name) ?? [],
    };
    const context = new ParsingContext(options);
    const { vars: _, ...settings } = pack.settings;
    return { pack, context, settings: resolver.rendered({ pack, context, settings: {} }, settings, 'dbt_project.yml') };
  });
  const [rootContext] = contexts;
  if (rootContext !== undefined) resolver.root = rootContext;

  const read: Read<TemplateNode>[] = [];
  const others: Node[] = [];
  const schemas = contexts.map((from) => {
    const schema = readSchemaFiles(from.pack);
    resolver.faults.push(...schema.faults);
    const described = (patch: Patch | undefined) => (patch === undefined ? undefined : withDocs(patch, docs));
    for (const file of from.pack.files) {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
      if (file.kind === 'seed')
        others.push(resolveSeed(file, described(schema.patches.get(`seed.${name}`)), from, resolver));
      if (file.kind !== 'model' && file.kind !== 'analysis' && file.kind !== 'test') continue;
      const node = resolveQuery(
        { ...file, kind: file.kind },
        described(schema.patches.get(`${file.kind}.${name}`)),
        from,
        resolver,
      );
      if (node !== undefined) read.push(node);
    }
    read.push(...resolveSnapshots(from, schema, described, resolver));
    for (const source of schema.sources) others.push(resolveSource(source, from, invocation.target, resolver));
    return { from, schema };
  });

  const disabled = new Set<string>();
  const known = new Map<string, Node>();
  const put = (node: Node) => {
    const { uniqueId } = node;
    if (!node.config.enabled) disabled.add(uniqueId);
    else if (known.has(uniqueId)) resolver.faults.push(twice(known.get(uniqueId), node));
    else known.set(uniqueId, node);
  };
  for (const node of others) put(node);
  for (const { node } of read) put(node);
  const links = new Links(known.values(), disabled, root.name);

  for (const { from, schema } of schemas) {
    for (const declared of schema.tests) {
      const { target } = declared;
      const attached =
        target.kind === 'source'
          ? links.source(target.source, target.name)
          : links.ref({ package: null, name: target.name, version: target.version ?? null }, from.pack.name);
      if (attached === undefined) continue;
      const test = resolveTest(declared, attached.uniqueId, from, resolver);
      if (test === undefined) continue;
      read.push(test);
      put(test.node);
    }
    for (const declared of schema.declared.unit_tests) {
      const test = resolveUnitTest(declared, from, links, resolver);
      if (test === undefined) continue;
      read.push(test);
      put(test.node);
    }
  }

  const named = new NamedTables(known.values(), invocation.target);
  const nodes = new Map(known);
  for (const { node, captured } of read) {
    if (known.get(node.uniqueId) !== node) continue;
    const { ids, faults } = links.dependencies(node);
    resolver.faults.push(...faults);
    const outright =
      node.resourceType === 'test' && (node.generic ?? node.unit) !== undefined
        ? []
        : named.in(captured.sql, node.uniqueId);
    // What a test of a missing table would say is that it is missing.
    if (faults.some(({ severity }) => severity === 'warning')) nodes.delete(node.uniqueId);
    else nodes.set(node.uniqueId, { ...node, dependsOn: [...new Set([...ids, ...outright])] });
  }
  resolver.faults.push(...sameTables(nodes.values()));
  const graph = graphOf(nodes);
  const cycle = graph.cycle();
  if (cycle !== undefined) {
    resolver.faults.push({
      code: 'models/cycle',
      severity: 'error',
      message: `These wait for each other: ${cycle.join(' --> ')}`,
      hint: 'Take one of the references out.',
    });
  }
  if (hasErrors(resolver.faults)) return { manifest: undefined, faults: resolver.faults };
  return {
    manifest: {
      project: root.name,
      packages,
      nodes,
      graph,
      macros: table,
      materializations,
      links,
      declared: declaredOf(schemas),
      docs,
      vars,
      warnings: resolver.faults,
    },
    faults: [],
  };
}

function declaredOf(schemas: readonly { from: PackageContext; schema: SchemaFiles }[]): Manifest['declared'] {
  const of = (kind: DeclaredKind) =>
    schemas.flatMap(({ from, schema }) =>
      schema.declared[kind].map((one) => ({ ...one, packageName: from.pack.name })),
    );
  return {
    unit_tests: of('unit_tests'),
    exposures: of('exposures'),
    groups: of('groups'),
    metrics: of('metrics'),
    semantic_models: of('semantic_models'),
    saved_queries: of('saved_queries'),
  };
}

/** `vars:` of the root, for the package and for all, then the package's own. */
function varLayers(pack: ProjectPackage, root: ProjectPackage): YamlMap[] {
  const levels = pack === root ? [root] : [root, pack];
  return levels.flatMap(({ settings }) => {
    const vars = mapOf(settings['vars']);
    return [mapOf(vars[pack.name]), vars];
  });
}

function searchOrder(settings: YamlMap): Map<string, readonly string[]> {
  return new Map(
    listOf(settings['dispatch']).flatMap((entry) => {
      const namespace = isMap(entry) ? textOf(entry['macro_namespace']) : undefined;
      if (!isMap(entry) || namespace === undefined) return [];
      return [[namespace, listOf(entry['search_order']).map(String)] as const];
    }),
  );
}

/** A description may be, or hold, `{{ doc('name') }}`. */
function withDocs(patch: Patch, docs: ReadonlyMap<string, string>): Patch {
  const fill = (text: string) =>
    text.replace(
      /\{\{\s*doc\(\s*(?:(['"])[^'"]*\1\s*,\s*)?(['"])([^'"]*)\2\s*\)\s*\}\}/g,
      (written, _, __, name: string) => docs.get(name) ?? written,
    );
  const columns = patch.columns.map((column) => ({ ...column, description: fill(column.description) }));
  return { ...patch, description: fill(patch.description), columns };
}

function twice(first: Node | undefined, second: Node): Fault {
  return {
    code: 'models/name-twice',
    severity: 'error',
    message: `Two files are called "${second.name}": ${first?.file} and ${second.file}`,
    file: second.file,
    hint: 'Rename one of them; config(alias=...) keeps the name of its table.',
  };
}

/** Models that would write the same table. */
function sameTables(nodes: Iterable<Node>): Fault[] {
  const owners = new Map<string, Node>();
  const faults: Fault[] = [];
  for (const node of nodes) {
    if (node.resourceType !== 'model' && node.resourceType !== 'seed' && node.resourceType !== 'snapshot') continue;
    if (node.config.materialized === 'ephemeral') continue;
    const { database, schema, identifier } = node.relation;
    const name = `${database}.${schema}.${identifier}`;
    const owner = owners.get(name);
    if (owner !== undefined) {
      faults.push({
        code: 'models/table-twice',
        severity: 'error',
        message: `${owner.file} and ${node.file} both make the table ${name}`,
        file: node.file,
        hint: 'Give one of them another alias or schema.',
      });
    }
    owners.set(name, node);
  }
  return faults;
}
