import type { UploadPlan } from '../ingest/upload.ts';
import { textTable } from './texttable.ts';

const PARTITIONS_SHOWN = 10;
const EXAMPLE_LENGTH = 30;

/** What an upload found, for people. Pure. */
export function summarise({ options, files, columns, partitionKeys, partitions, rows, rejected, rejects }: UploadPlan) {
  const { dataset, table, project, mode } = options;
  const renamed = columns.filter(({ written, name }) => written !== name);
  const shown = [...partitions].slice(0, PARTITIONS_SHOWN).map(([folder, count]) => `  ${folder}: ${count} rows`);
  const more = partitions.size > PARTITIONS_SHOWN ? [`  and ${partitions.size - PARTITIONS_SHOWN} more`] : [];
  return [
    `${project}.${dataset}_staging.${table}: ${mode}, ${rows} rows`,
    ...files.map(({ name, about, rows: count }) => `  ${name}: ${about}, ${count} rows`),
    '',
    textTable([
      ['column', 'looks like', 'nulls', 'example'],
      ...columns.map((column) => [column.name, look(column), String(column.nulls), example(column.example)]),
    ]),
    ...(renamed.length === 0 ? [] : ['', ...renamed.map(({ written, name }) => `"${written}" is called ${name}`)]),
    ...(partitions.size === 0 ? [] : ['', `partitions by ${partitionKeys.join(', ')}:`, ...shown, ...more]),
    ...(rejected === 0 ? [] : ['', `${rejected} rows are left out:`]),
    ...rejects.map(({ file, line, reason }) => `  ${file}:${line}: ${reason}`),
    '',
    '',
  ].join('\n');
}

function look({ type, decimalComma, dayFirst }: UploadPlan['columns'][number]): string {
  if (decimalComma) return `${type}, the decimal comma becomes a point`;
  return dayFirst ? `${type}, day first: PARSE_DATE('%d/%m/%Y', ...)` : type;
}

function example(value = ''): string {
  const line = value.replace(/\s+/g, ' ');
  return line.length > EXAMPLE_LENGTH ? `${line.slice(0, EXAMPLE_LENGTH)}…` : line;
}
