import { storesFailures } from '../context/running.ts';
import type { Invocation } from '../invocation.ts';
import { quoteRelation, type TestNode } from '../node.ts';
import type { Session } from '../session.ts';
import { textOf } from '../yaml.ts';
import { type AdapterResponse, responseOf } from './response.ts';

export interface TestOutcome {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly failures: number;
  /** What to say of a test that did not pass. */
  readonly message: string | null;
  readonly response: AdapterResponse;
}

/** Counts the rows that a test's query finds wrong and judges the number by `severity`, `warn_if` and `error_if`. */
export async function runTest(
  node: TestNode,
  sql: string,
  session: Session,
  invocation: Invocation,
): Promise<TestOutcome> {
  const { config, relation } = node;
  const setting = (key: string, otherwise: string) => textOf(config[key]) ?? otherwise;
  const calculation = setting('fail_calc', 'count(*)');
  const warnIf = setting('warn_if', '!= 0');
  const errorIf = setting('error_if', '!= 0');
  const limit = config['limit'] === null || config['limit'] === undefined ? '' : `\nLIMIT ${Number(config['limit'])}`;
  let rows = `(\n${sql}${limit}\n) AS dbt_internal_test`;
  if (storesFailures(node, invocation)) {
    await session.query(`CREATE OR REPLACE TABLE ${quoteRelation(relation)} AS (\n${sql}${limit}\n)`);
    rows = quoteRelation(relation);
  }
  const result = await session.query(
    [
      `SELECT ${calculation} AS failures,`,
      `  ${calculation} ${warnIf} AS should_warn,`,
      `  ${calculation} ${errorIf} AS should_error`,
      `FROM ${rows}`,
    ].join('\n'),
  );
  const row = result.rows[0] ?? {};
  const failures = Number(row['failures'] ?? 0);
  const got = (rule: string, what: string) =>
    `Got ${failures} result${failures === 1 ? '' : 's'}, configured to ${what} if ${rule}`;
  const response = responseOf(result);
  if (setting('severity', 'ERROR').toUpperCase() === 'ERROR' && row['should_error'] === true) {
    return { status: 'fail', failures, message: got(errorIf, 'fail'), response };
  }
  if (row['should_warn'] === true) return { status: 'warn', failures, message: got(warnIf, 'warn'), response };
  return { status: 'pass', failures: 0, message: null, response };
}
