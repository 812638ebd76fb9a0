import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import { ID } from '../access/input.ts';
import { ArcosError } from '../base/errors.ts';
import type { Lake } from '../lake/lake.ts';

const CITY = z.strictObject({
  /** As people know it. */
  name: z.string().default(''),
  server: z.record(z.string(), z.unknown()).optional(),
  agencies: z.record(ID, z.strictObject({ name: z.string() })),
  projects: z.record(ID, z.strictObject({ agency: ID })),
  namespaces: z.record(
    ID,
    z.strictObject({
      agency: ID,
      project: ID,
      models: z.string().optional(),
      flows: z.string().optional(),
      writes: z.array(ID).default([]),
    }),
  ),
});

/** What a city's arcos.toml says: who there is, and where flows and models are. */
export type City = z.infer<typeof CITY> & { readonly folder: string };

/** Bucket of the flows' code. */
export const CODE_BUCKET = 'arcos-code';

/** Reads `arcos.toml` of a city's folder. Throws CONFIG with every fault and where it is. */
export function readCity(folder: string): City {
  const file = join(folder, 'arcos.toml');
  if (!existsSync(file)) {
    throw new ArcosError('CONFIG', `There is no ${file}`, {
      hint: 'Name the folder of the city with --city DIR; examples/rio is one.',
    });
  }
  const parsed = CITY.safeParse(parse(file));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || '(the file)'}: ${message}`);
    throw new ArcosError('CONFIG', `${file} is not a city:\n${faults.join('\n')}`);
  }
  const city = { ...parsed.data, folder };
  checkReferences(file, city);
  return city;
}

function parse(file: string): unknown {
  try {
    return parseToml(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ArcosError('CONFIG', `${file}:${error.line}:${error.column}: ${error.message.split('\n')[0]}`);
  }
}

function checkReferences(file: string, { agencies, projects, namespaces }: City): void {
  const faults: string[] = [];
  const known = (kind: string, table: object, name: string, by: string) => {
    if (!Object.hasOwn(table, name)) faults.push(`  ${by} names the ${kind} "${name}", which is not in the file`);
  };
  for (const [name, project] of Object.entries(projects)) known('agency', agencies, project.agency, `projects.${name}`);
  for (const [name, namespace] of Object.entries(namespaces)) {
    known('agency', agencies, namespace.agency, `namespaces.${name}`);
    for (const project of [namespace.project, ...namespace.writes])
      known('project', projects, project, `namespaces.${name}`);
  }
  if (faults.length > 0) throw new ArcosError('CONFIG', `${file} is not a city:\n${faults.join('\n')}`);
}

/** Makes what the file names and is not there yet; a project's bucket has its name. */
export async function applyCity(city: City, access: Access, lake: Lake): Promise<void> {
  for (const [name, agency] of Object.entries(city.agencies)) await access.putAgency({ id: name, name: agency.name });
  for (const [project, { agency }] of Object.entries(city.projects)) {
    await access.putProject({ id: project, agency });
    await lake.putBucket({ name: project, project, purpose: 'data' });
  }
  for (const [namespace, { agency, project, writes }] of Object.entries(city.namespaces)) {
    await access.putNamespace({ id: namespace, agency, project, writes });
  }
  const [home] = Object.keys(city.projects);
  if (home !== undefined) await lake.putBucket({ name: CODE_BUCKET, project: home, purpose: 'code' });
}
