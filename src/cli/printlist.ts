import { textTable } from './texttable.ts';

/** Prints a list for people, a line each, or with `json` as JSON for programs. */
export function printList<Row>(
  rows: readonly Row[],
  columns: (row: Row) => Readonly<Record<string, string | number>>,
  { json = false }: { readonly json?: boolean | undefined },
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    return;
  }
  const [first, ...others] = rows.map(columns);
  if (first === undefined) {
    process.stdout.write('none\n');
    return;
  }
  const cells = [first, ...others].map((row) => Object.values(row).map(String));
  process.stdout.write(`${textTable([Object.keys(first), ...cells])}\n`);
}
