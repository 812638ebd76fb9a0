import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dataJson, dcatAp, schemaOrg } from '../../src/portal/feeds.ts';
import type { Entry } from '../../src/portal/search.ts';
import { GEOGRAPHY, INT64 } from '../../src/sql/type.ts';
import { pythonWithClients } from './venv.ts';

const SITE = { origin: 'https://dados.example.org', city: 'Niterói' };
const at = new Date('2024-05-06T07:08:09Z');
const table = { kind: 'native', labels: {}, rows: 3, createdAt: at, modifiedAt: at } as const;
const columns = [
  { name: 'id', type: INT64, nullable: true, description: 'Código' },
  { name: 'local', type: GEOGRAPHY, nullable: true },
];
const said = { title: 'Escolas <do> "Rio"', description: 'Onde\nestão', owner: 'SME', theme: 'Educação' };
const ENTRIES: readonly Entry[] = [
  {
    publication: {
      ...said,
      project: 'rio',
      dataset: 'educacao',
      licence: 'CC-BY-4.0',
      frequency: 'Anual',
      coverage: 'Município, 2024',
      contact: 'dados@example.org',
      source: 'Censo Escolar',
      units: {},
      tables: ['escola'],
      publishedAt: at,
    },
    tables: [{ ...table, path: { project: 'rio', dataset: 'educacao', table: 'escola' }, columns }],
  },
  // As little as a publication can say, in words that no vocabulary has.
  {
    publication: {
      ...said,
      project: 'rio',
      dataset: 'minima',
      licence: 'Uso livre',
      frequency: 'Quando dá',
      tables: [],
      publishedAt: at,
    },
    tables: [],
  },
];

const text = z.string().min(1);
const type = (name: string) => z.literal(name).optional();
/** Project Open Data metadata schema, version 1.1: catalog, dataset and distribution; members of ours and no others. */
const DCAT_US = z.strictObject({
  '@context': z.url(),
  '@type': type('dcat:Catalog'),
  conformsTo: z.literal('https://project-open-data.cio.gov/v1.1/schema'),
  describedBy: z.url().optional(),
  dataset: z.array(
    z.strictObject({
      '@type': type('dcat:Dataset'),
      identifier: text,
      landingPage: z.url().optional(),
      title: text,
      description: text,
      keyword: z.array(text).min(1),
      theme: z.array(text).min(1).optional(),
      issued: z.iso.datetime().optional(),
      modified: z.iso.datetime(),
      publisher: z.strictObject({ '@type': type('org:Organization'), name: text }),
      contactPoint: z.strictObject({
        '@type': type('vcard:Contact'),
        fn: text,
        hasEmail: z.string().regex(/^mailto:[\w.-]+@[\w.-]+\.[\w.-]+$/),
      }),
      accessLevel: z.enum(['public', 'restricted public', 'non-public']),
      rights: z.string().min(1).max(255),
      license: z.url().optional(),
      spatial: text.optional(),
      accrualPeriodicity: z
        .string()
        .regex(/^(irregular|R\/P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)$/)
        .optional(),
      distribution: z.array(
        z.strictObject({
          '@type': type('dcat:Distribution'),
          title: text,
          downloadURL: z.url(),
          mediaType: z.string().regex(/^[-\w]+\/[-\w]+(\.[-\w]+)*([+][-\w]+)?$/),
        }),
      ),
    }),
  ),
});

/** What Google's Dataset Search demands (name; description of 50 to 5,000 characters is a recommendation) and reads. */
const SCHEMA_ORG = z.looseObject({
  '@context': z.literal('https://schema.org/'),
  '@type': z.literal('Dataset'),
  name: text,
  description: text,
  url: z.url(),
  license: text,
  creator: z.object({ '@type': z.enum(['Organization', 'Person']), name: text }),
  isAccessibleForFree: z.boolean(),
  dateModified: z.iso.datetime(),
  distribution: z.array(z.object({ '@type': z.literal('DataDownload'), contentUrl: z.url(), encodingFormat: text })),
});

test('/data.json is DCAT-US 1.1', () => {
  expect(DCAT_US.safeParse(dataJson(SITE, ENTRIES)).error?.issues ?? []).toEqual([]);
});

test.for(ENTRIES)('$publication.dataset is a Dataset of schema.org', (entry) => {
  expect(SCHEMA_ORG.safeParse(schemaOrg(SITE, entry)).error?.issues ?? []).toEqual([]);
});

const venv = pythonWithClients('metadata.txt');

describe.skipIf('missing' in venv)(`SHACL (${'missing' in venv ? venv.missing : 'pyshacl'})`, () => {
  const validate = (catalogue: object): string => {
    const dir = mkdtempSync(join(tmpdir(), 'arcos-shacl-'));
    try {
      const file = join(dir, 'catalogue.jsonld');
      writeFileSync(file, JSON.stringify(catalogue));
      const shapes = join(import.meta.dirname, 'dcat-ap.shapes.ttl');
      const args = ['-m', 'pyshacl', '--shapes', shapes, '--data-file-format', 'json-ld', '--allow-warnings', file];
      return execFileSync('python' in venv ? venv.python : '', args, { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      return String((error as { stdout?: string }).stdout);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };

  test('/catalog.jsonld is DCAT-AP 3', () => {
    expect(validate(dcatAp(SITE, ENTRIES))).toContain('Conforms: True');
  });

  test('a catalogue without what is mandatory is not', () => {
    const { 'dct:title': _title, ...untitled } = dcatAp(SITE, ENTRIES) as Record<string, unknown>;
    expect(validate(untitled)).toContain('Conforms: False');
  });
});
