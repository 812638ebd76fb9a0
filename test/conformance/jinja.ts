import { parseArgs } from 'node:util';
import { JinjaError, parseTemplate, render, renderSync } from '../../src/jinja/jinja.ts';
import { CASES_FILE, type Case, readCases } from './jinja/cases.ts';

/**
 * `npm run conformance -- jinja [--cases FILE] [--filter TEXT]`: what Jinja2 and dbt make of a template against what we
 * make of it, in the sync and in the async form. Exit code 0 when all match.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { cases: { type: 'string', default: CASES_FILE }, filter: { type: 'string', default: '' } },
  });
  const cases = readCases(values.cases).filter(({ name }) => name.includes(values.filter));
  let matched = 0;
  for (const one of cases) {
    const miss = await missOf(one);
    if (miss === undefined) matched++;
    else process.stdout.write(`${one.name}: ${miss}\n`);
  }
  process.stdout.write(`${matched} of ${cases.length}\n`);
  return matched === cases.length ? 0 : 1;
}

/** Why a case does not match; undefined when it does. */
async function missOf({ template: text, scope, output }: Case): Promise<string | undefined> {
  try {
    const template = parseTemplate(text, 'case.sql');
    const got = [renderSync(template, scope), await render(template, scope)];
    const wrong = got.find((one) => one !== output);
    return wrong === undefined ? undefined : `${JSON.stringify(wrong)}, recorded ${JSON.stringify(output)}`;
  } catch (thrown) {
    if (thrown instanceof JinjaError) return `${thrown.message}, recorded ${JSON.stringify(output)}`;
    throw thrown;
  }
}
