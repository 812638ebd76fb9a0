import { expect, test } from 'vitest';
import { parseCommandLine } from './commandline.ts';

test.each([
  ['run --select a b+ --exclude tag:x', 'run', { select: ['a', 'b+'], exclude: ['tag:x'] }],
  [
    `run --select +dados.bairro+ --vars "{'date_range_start': 'None', 'n': 1, 'all': True}" --full-refresh`,
    'run',
    { select: ['+dados.bairro+'], vars: { date_range_start: 'None', n: 1, all: true }, full_refresh: true },
  ],
  [
    'build -s x --vars=\'{"a": null}\' --threads 4 --fail-fast',
    'build',
    { select: ['x'], vars: { a: null }, threads: 4, fail_fast: true },
  ],
  ['--debug ls --resource-type model --output name', 'list', { resource_types: ['model'], output: 'name' }],
  ['test -m models/dados/x.sql --target prod --profiles-dir .', 'test', { select: ['models/dados/x.sql'] }],
  ['docs generate', 'docs.generate', {}],
  ['run-operation hello --args "{x: 1}"', 'run-operation', { macro: 'hello', args: { x: 1 } }],
])('%s', (line, method, params) => {
  expect(parseCommandLine(line)).toMatchObject({ method });
  expect(parseCommandLine(line).params).toEqual(params);
});

test.each([
  ['run --nonexistent', /No such option '--nonexistent'/],
  ['run --selct a', /Did you mean '--select'\?/],
  ['rum', /No such command 'rum'. Did you mean 'run'\?/],
  ['run --select', /requires an argument/],
  ['run --vars "[1]"', /must be a YAML dictionary/],
  ['run --vars "{a: 1"', /No closing|YAML dictionary/],
  ['run "a', /quot/],
])('%s is refused', (line, words) => {
  expect(() => parseCommandLine(line)).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ message: expect.stringMatching(words) }) }),
  );
});
