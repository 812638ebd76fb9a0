import { createRequire } from 'node:module';
import type { Tags } from 'yaml';
import type { Fault } from '../base/fault.ts';
import { plainYaml } from './yaml/plain.ts';

/** Loaded when first needed: most texts are plain, and a command of dbt starts sooner without it. */
export const fullYaml: () => typeof import('yaml') = () => createRequire(import.meta.url)('yaml');

export type YamlPath = readonly (string | number)[];

/** A YAML text with the places of its values. */
export interface YamlText {
  /** Undefined where the text is empty or cannot be read. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** Where the value at a path of keys begins, both 1-based; the nearest place above it where it has none. */
  at(path: YamlPath): { file: string; line?: number; column?: number };
}

const BOOL = 'tag:yaml.org,2002:bool';
const TIMESTAMP = 'tag:yaml.org,2002:timestamp';

/** Without dates, and with PyYAML's booleans: `y` and `n`, which YAML 1.1 has too, are the names of columns there. */
function customTags(tags: Tags): Tags {
  return tags.flatMap((tag) => {
    if (typeof tag === 'string' || !('test' in tag) || tag.tag === undefined) return [tag];
    if (tag.tag === TIMESTAMP) return [];
    const { test } = tag;
    if (tag.tag !== BOOL || test === undefined) return [tag];
    const words = new RegExp(test.source.replace('Y|y|', '').replace('N|n|', ''));
    return [{ ...tag, test: words }];
  });
}

/**
 * Reads YAML as dbt's PyYAML does: version 1.1 (`yes` and `on` are true), the last of two equal keys holds.
 * A date stays the text it is, which is how a template prints it.
 */
export function readYaml(text: string, file: string): YamlText {
  const plain = plainYaml(text);
  if (plain === undefined) return readFully(text, file);
  let full: YamlText | undefined;
  return {
    value: plain.value,
    faults: [],
    at(path) {
      full ??= readFully(text, file);
      return full.at(path);
    },
  };
}

/** As `readYaml`, by a parser of all of YAML. */
export function readFully(text: string, file: string): YamlText {
  const { isNode, LineCounter, parseDocument } = fullYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    customTags,
  });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const faults: Fault[] = document.errors.map(({ message, pos }) => ({
    code: 'models/yaml',
    severity: 'error',
    message: `This is not valid YAML: ${message}`,
    ...place(pos[0]),
  }));
  return {
    value: faults.length > 0 ? undefined : document.toJS({ maxAliasCount: 1_000 }),
    faults,
    at(path) {
      for (let length = path.length; length >= 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return place(node.range[0]);
      }
      return { file };
    },
  };
}

export type YamlMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map, or an empty one for null and what is none: projects leave keys empty. */
export function mapOf(value: unknown): YamlMap {
  return isMap(value) ? value : {};
}

/** The list; a single value is a list of one, null an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
