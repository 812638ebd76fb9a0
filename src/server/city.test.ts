import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestLake } from '../lake/testing.ts';
import { applyCity, CODE_BUCKET, readCity } from './city.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'arcos-city-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function city(text: string) {
  writeFileSync(join(folder, 'arcos.toml'), text);
  return readCity(folder);
}

const NITEROI = `
[agencies.saude]
name = "Secretaria de Saúde"
[projects.nit-saude]
agency = "saude"
[namespaces.nit-saude]
agency = "saude"
project = "nit-saude"
`;

it('makes agencies, projects with their buckets, and namespaces; twice is as good as once', async () => {
  const open = await openTestLake();
  try {
    for (let time = 0; time < 2; time++) await applyCity(city(NITEROI), open.access, open.lake);
    expect(await open.access.namespace('nit-saude')).toMatchObject({ agency: 'saude', project: 'nit-saude' });
    expect(await open.lake.bucket('nit-saude')).toMatchObject({ purpose: 'data' });
    expect(await open.lake.bucket(CODE_BUCKET)).toMatchObject({ purpose: 'code', project: 'nit-saude' });
  } finally {
    await open.close();
  }
});

it('says which names are not in the file', () => {
  expect(() => city(NITEROI.replace('project = "nit-saude"', 'project = "nit-educacao"'))).toThrow(
    /namespaces\.nit-saude names the project "nit-educacao"/,
  );
});

it('says where a name cannot be one', () => {
  expect(() => city('[agencies."Saúde Pública"]\nname = "x"\n')).toThrow(/agencies\.Saúde Pública/);
});

it('names the fix where there is no city', () => {
  expect(() => readCity(join(folder, 'nowhere'))).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('--city DIR') }),
  );
});
