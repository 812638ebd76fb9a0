import { sha256 } from '../../base/ids.ts';
import { completeConfig } from '../config.ts';
import type { SeedNode } from '../node.ts';
import type { ProjectFile } from '../project.ts';
import type { PackageContext, Resolver } from './resolver.ts';
import type { Patch } from './schema.ts';

/** A table that a CSV file of the project holds. */
export function resolveSeed(
  file: ProjectFile,
  patch: Patch | undefined,
  from: PackageContext,
  resolver: Resolver,
): SeedNode {
  const steps = file.path.replace(/\.csv$/, '').split('/');
  const name = steps.at(-1) ?? file.path;
  const packageName = from.pack.name;
  const fqn = [packageName, ...steps];
  const patched = patch === undefined ? {} : resolver.rendered(from, patch.config, patch.file);
  const configLayers = resolver.layers(from, ['seeds'], fqn, [patched]);
  const config = completeConfig(configLayers, 'seed');
  const node: SeedNode = {
    resourceType: 'seed',
    uniqueId: `seed.${packageName}.${name}`,
    name,
    packageName,
    path: file.path,
    file: file.file,
    fqn,
    tags: config.tags,
    meta: config.meta,
    description: patch?.description ?? '',
    columns: patch?.columns ?? [],
    config,
    configLayers,
    patch: patch === undefined ? null : `${packageName}://${patch.file}`,
    relation: { database: '', schema: '', identifier: name },
    content: file.text,
    checksum: sha256(file.text),
    dependsOn: [],
  };
  return { ...node, relation: resolver.relation(from, config, name, () => node, file.file) };
}
