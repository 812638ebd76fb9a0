/** Rows as `show` prints them: `| a | b |`, numbers to the right. */
export function textTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const text = (value: unknown) =>
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const widths = columns.map((name, index) => Math.max(3, name.length, ...rows.map((row) => text(row[index]).length)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const head = line(columns.map((name, index) => name.padEnd(widths[index] ?? 0)));
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const body = rows.map((row) =>
    line(
      columns.map((_, index) => {
        const value = row[index];
        return typeof value === 'number'
          ? text(value).padStart(widths[index] ?? 0)
          : text(value).padEnd(widths[index] ?? 0);
      }),
    ),
  );
  return head + rule + body.join('');
}
