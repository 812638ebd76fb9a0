import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openTestWarehouse } from '../../warehouse/testing.ts';
import { dbt } from './dbt.ts';

/** A warehouse for tests, and projects in folders of their own that a command line works in. */
export type DbtProjects = Awaited<ReturnType<typeof openDbtProjects>>;

export async function openDbtProjects() {
  const opened = await openTestWarehouse();
  const client = opened.warehouse.client(opened.editor);
  const folders: string[] = [];

  /** A project whose target is the dataset. */
  function open(dataset: string, files: Readonly<Record<string, string>>) {
    const folder = mkdtempSync(join(tmpdir(), 'arcos-dbt-'));
    folders.push(folder);
    const put = (name: string, text: string) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    };
    const all = {
      'dbt_project.yml': 'name: cidade\nprofile: rio\n',
      'profiles.yml': `rio: {target: dev, outputs: {dev: {type: arcos, project: rio, dataset: "{{ env_var('CONJUNTO') }}", threads: 2}}}\n`,
      ...files,
    };
    for (const [name, text] of Object.entries(all)) put(name, text);
    const common = {
      directory: folder,
      environment: { CONJUNTO: dataset },
      fallback: () => undefined,
      warehouse: () => client,
    };
    /** Started, with what it has written so far. */
    const start = (signal: AbortSignal, ...words: string[]) => {
      const written = { text: '' };
      const write = (more: string) => {
        written.text += more;
      };
      const done = dbt({ ...common, words, signal, write });
      return { written, done };
    };
    const run = async (...words: string[]) => {
      let text = '';
      const write = (more: string) => {
        text += more;
      };
      const code = await dbt({ ...common, words, write, signal: new AbortController().signal });
      return { code, text };
    };
    const artifact = (name: string, target = 'target') => JSON.parse(readFileSync(join(folder, target, name), 'utf8'));
    const rows = async (sql: string) => (await client.query({ sql, project: 'rio', dataset })).rows;
    return { folder, put, run, start, artifact, rows };
  }

  return {
    client,
    open,
    async close() {
      await opened.close();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}
