import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from './events.ts';
import { openJournal, readJournal } from './journal.ts';

const line = (message: string): RunEvent => ({ kind: 'log', level: 'info', message, at: '2026-01-01T00:00:00Z' });

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'arcos-journal-'));
  file = join(folder, 'j');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('it has what has not arrived, with its numbers, and nothing that has', () => {
  const journal = openJournal(file);
  for (const text of ['a', 'b']) journal.append(line(text));
  expect(readJournal(file)).toEqual({ first: 1, events: [line('a'), line('b')] });
  journal.drained(3);
  expect(readJournal(file)).toEqual({ first: 3, events: [] });
  journal.append(line('c\nd'));
  expect(readJournal(file)).toEqual({ first: 3, events: [line('c\nd')] });
});

test('wherever a kill has cut it off, what is whole counts', () => {
  const journal = openJournal(file);
  for (const text of ['a', 'bç', 'c']) journal.append(line(text));
  const whole = readFileSync(file);
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length));
    const { first = 0, events = [] } = readJournal(file) ?? {};
    expect(first).toBe(1);
    expect(events).toEqual([line('a'), line('bç'), line('c')].slice(0, events.length));
  }
  appendFileSync(file, '{"kind":"lo');
  expect(readJournal(file)?.events).toHaveLength(3);
  expect(readJournal(join(folder, 'none'))).toBeUndefined();
});

test('a disk that takes nothing costs the journal and not the run', () => {
  const journal = openJournal(join(folder, 'no', 'such', 'folder'));
  journal.append(line('a'));
  journal.drained(2);
});
