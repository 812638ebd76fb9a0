import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../../src/base/json.ts';

/** One recorded exchange with dbt-rpc: what was sent, and what came back. They build on each other, in order. */
export interface Exchange {
  /** A text where no JSON was sent. */
  readonly req: string | Request;
  readonly status: number;
  readonly resp: Json;
}

export interface Request {
  readonly method: string;
  readonly params: Readonly<Record<string, Json>>;
}

export const CASES_FILE = join(import.meta.dirname, '../../../../shared/conformance/dbt-rpc-recorded.json');

export function readExchanges(file: string = CASES_FILE): Exchange[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Exchange[];
}
