import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALIASES, FUNCTIONS } from '../../src/sql/functions/lookup.ts';
import type { Signature, TypePattern } from '../../src/sql/functions/signature.ts';
import { UNAVAILABLE } from '../../src/sql/functions/unavailable.ts';
import { typeName } from '../../src/sql/type.ts';

const FILE = join(import.meta.dirname, '../../docs/reference/functions.md');

const PREFACE = `# Functions

The functions and operators of GoogleSQL as Arcos has them. \`[x]\` may be left out, \`x...\` may be repeated, \`name => x\` is
given by name, \`T\` is one type throughout, \`PART\` a part of a date such as \`MONTH\` or \`WEEK(MONDAY)\`. \`SAFE.\` before a
function of single values makes its errors NULL. Beside these stand the forms that have a syntax of their own: \`CAST\`,
\`SAFE_CAST\`, \`CASE\`, \`IN\`, \`EXISTS\`, \`ARRAY\`, \`STRUCT\`, \`INTERVAL\`, \`UNNEST\`, \`WITH\`. What differs from BigQuery is in
[googlesql.md](googlesql.md).

This file is written by \`npm run docs\` from the tables in \`src/sql/functions/\`.
`;

/** docs/reference/functions.md, as the table of functions has it. */
export function functionsPage(): string {
  const families = [...new Set(FUNCTIONS.map(({ family }) => family))].sort();
  const sections = families.map((family) => {
    const rows = FUNCTIONS.filter((definition) => definition.family === family).map(
      ({ name, signatures, doc }) =>
        `| \`${cell(name)}\` | ${signatures.map(signatureText).join('<br>')} | ${cell(doc)} |`,
    );
    return `## ${family[0]?.toUpperCase()}${family.slice(1)}\n\n| function | takes and gives | what |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  const aliases = Object.entries(ALIASES).map(([alias, name]) => `| \`${alias}\` | \`${name}\` |`);
  const missing = UNAVAILABLE.map(([name, reason]) => `| \`${name}\` | ${reason} |`);
  return [
    PREFACE,
    ...sections,
    `## Other spellings\n\n| name | of |\n|---|---|\n${aliases.join('\n')}\n`,
    `## Not available\n\nThese end in an error that says so.\n\n| function | since |\n|---|---|\n${missing.join('\n')}\n`,
  ].join('\n');
}

/** The page as it is. */
export function writtenFunctionsPage(): string {
  return readFileSync(FILE, 'utf8');
}

/** `STRING, [INT64] -> STRING` */
function signatureText({ text, result }: Signature): string {
  return `\`${cell(`${text} -> ${patternText(result)}`.trim())}\``;
}

function patternText(pattern: TypePattern): string {
  switch (pattern.kind) {
    case 'type':
    case 'cast':
      return typeName(pattern.type);
    case 'template':
      return pattern.letter;
    case 'array':
      return `ARRAY<${patternText(pattern.element)}>`;
    case 'range':
      return `RANGE<${patternText(pattern.element)}>`;
    case 'struct':
      return `STRUCT<${pattern.fields.map(({ name, type }) => `${name} ${patternText(type)}`).join(', ')}>`;
    case 'lambda':
      return `(${pattern.parameters.map(patternText).join(', ')} -> ${patternText(pattern.result)})`;
    case 'any':
      return 'ANY';
    case 'part':
      return 'PART';
  }
}

/** A text within a cell of a table, where a bar would end it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

if (import.meta.main) writeFileSync(FILE, functionsPage());
