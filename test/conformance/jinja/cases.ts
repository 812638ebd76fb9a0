import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callable, HostObject, type Scope, type Value } from '../../../src/jinja/jinja.ts';

/** One recorded case: the template, the names it sees and what Jinja2 (or dbt) makes of it. */
export interface Case {
  readonly name: string;
  readonly template: string;
  readonly scope: Scope;
  readonly output: string;
}

export const CASES_FILE = join(import.meta.dirname, '../../../../shared/conformance/jinja-cases.json');

export function readCases(file: string = CASES_FILE): Case[] {
  const rows = JSON.parse(readFileSync(file, 'utf8')) as [string, string, Record<string, Value>, string][];
  return rows.map(([name, template, context, output]) => ({ name, template, scope: scopeOf(context), output }));
}

/** The placeholders of the recording's README; `return` is the engine's own. */
function scopeOf(context: Readonly<Record<string, Value>>): Scope {
  const entries = Object.entries(context).filter(([, value]) => value !== 'HOST');
  return Object.fromEntries(entries.map(([name, value]) => [name, placed(value)]));
}

function placed(value: Value): Value {
  if (value === 'HOSTKW') {
    return callable('cfg', (_positional, keywords) => {
      const [first] = Object.entries(keywords).map(([name, one]) => `${name}=${String(one)}`);
      return first;
    });
  }
  if (value === 'HOSTOBJ') {
    const strftime = callable('strftime', ([format]) => String(format).replace('%Y', '2024'));
    return new HostObject('datetime', { strftime });
  }
  return value;
}
