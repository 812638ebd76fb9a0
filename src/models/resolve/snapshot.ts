import type { SnapshotNode } from '../node.ts';
import type { ProjectFile } from '../project.ts';
import { textOf } from '../yaml.ts';
import { type Read, resolveQuery } from './model.ts';
import type { PackageContext, Resolver } from './resolver.ts';
import type { Patch, SchemaFiles } from './schema.ts';

/** The snapshots of a package: `{% snapshot name %}` blocks, and those that a schema file gives a relation. */
export function resolveSnapshots(
  from: PackageContext,
  schema: SchemaFiles,
  described: (patch: Patch | undefined) => Patch | undefined,
  resolver: Resolver,
): Read<SnapshotNode>[] {
  const found: Read<SnapshotNode>[] = [];
  const add = (file: ProjectFile, name: string, text: string) => {
    const patch = described(schema.patches.get(`snapshot.${name}`));
    const read = resolveQuery({ ...file, kind: 'snapshot', text }, patch, from, resolver, name);
    if (read === undefined || read.node.resourceType !== 'snapshot') return;
    const { node } = read;
    // Said outright, as before dbt 1.9, they are not for the naming macros.
    const relation = {
      database: textOf(node.config['target_database']) ?? node.relation.database,
      schema: textOf(node.config['target_schema']) ?? node.relation.schema,
      identifier: node.relation.identifier,
    };
    found.push({ node: { ...node, relation }, captured: read.captured });
  };
  const inFiles = new Set<string>();
  for (const file of from.pack.files) {
    if (file.kind !== 'snapshot') continue;
    const template = resolver.parse(from.pack.name, file.file, file.text)?.template;
    for (const block of template?.blocks ?? []) {
      if (block.kind !== 'snapshot') continue;
      inFiles.add(block.name);
      // Lines stay where they are in the file, for the places of faults.
      add(file, block.name, '\n'.repeat(Math.max(0, block.macro.line - 1)) + block.text);
    }
  }
  for (const [key, patch] of schema.patches) {
    const name = key.slice('snapshot.'.length);
    if (!key.startsWith('snapshot.') || patch.relation === undefined || inFiles.has(name)) continue;
    const file = {
      kind: 'snapshot',
      path: patch.file.split('/').slice(1).join('/'),
      file: patch.file,
      text: '',
    } as const;
    add(file, name, `select * from {{ ${patch.relation.replace(/^\{\{|\}\}$/g, '')} }}`);
  }
  return found;
}
