import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSettings } from './config.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'arcos-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('takes a flag over a variable over the file over the default', () => {
  writeFileSync(join(folder, 'arcos.toml'), '[server]\nport = 1\nhost = "0.0.0.0"\nengine_threads = 7\n');
  const settings = readSettings({
    flags: { port: '3' },
    environment: { ARCOS_PORT: '2', ARCOS_HOST: '::1' },
    folder,
  });
  expect(settings).toMatchObject({ port: 3, host: '::1', engineThreads: 7, logLevel: 'info' });
});

it('tells every fault at once, with its source and the values there are', () => {
  writeFileSync(join(folder, 'arcos.toml'), '[server]\nprot = 1\n');
  const read = () => readSettings({ flags: { port: '99999' }, environment: { ARCOS_LOG_LEVEL: 'loud' }, folder });
  expect(read).toThrow(/--port: "99999" is no value for port/);
  expect(read).toThrow(/ARCOS_LOG_LEVEL: "loud" is no value for log-level[\s\S]*debug, info, warn, error/);
  expect(read).toThrow(/there is no setting "prot"[\s\S]*Did you mean "port"/);
});

it('names line and column of a file that is not TOML', () => {
  writeFileSync(join(folder, 'arcos.toml'), '[server]\nport = = 1\n');
  expect(() => readSettings({ flags: {}, environment: {}, folder })).toThrow(/arcos\.toml:2:\d+: error/);
});
