import { readFileSync } from 'node:fs';
import type { Json } from '../../../src/base/json.ts';

/** A recorded question and BigQuery's answer. */
export interface Case {
  /** `folder/name` */
  readonly name: string;
  readonly setup?: string;
  readonly query: string;
  readonly parameters?: {
    readonly mode: 'named' | 'positional';
    readonly parameters: readonly { readonly name?: string; readonly type: ParameterType; readonly value: Json }[];
  };
  readonly job_config?: Readonly<Record<string, Json>>;
  /** REST calls between set-up and query. */
  readonly setup_rest?: readonly { readonly method: string; readonly path: string; readonly body: Json }[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: Expected;
}

export type ParameterType =
  | string
  | {
      readonly type: string;
      readonly arrayType?: ParameterType;
      readonly structTypes?: readonly { readonly name?: string; readonly type: ParameterType }[];
    };

export interface Expected {
  readonly schema?: readonly ExpectedField[];
  readonly rows?: readonly Readonly<Record<string, Json>>[];
  readonly error?: { readonly reason: string; readonly message_sample: string };
}

export interface ExpectedField {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly fields?: readonly ExpectedField[];
}

/** One case a line. NaN and infinities stand bare in the recording and become strings here. */
export function readCases(file: string): Case[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line.replace(/([:[,]\s*)(-?Infinity|NaN)(?=\s*[,}\]])/g, '$1"$2"')) as Case);
}
