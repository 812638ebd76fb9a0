import type { ReactNode } from 'react';
import { Heads } from './Heads.tsx';
import { useVoice } from './language.tsx';
import { Scroll } from './Scroll.tsx';

/** A column of a table: its name, and what it shows of a row. The first one names the row. */
export type Column<Row> = readonly [string, (row: Row) => ReactNode];

/** Rows in a region that scrolls by itself. */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row, index: number) => string;
}) {
  const { words } = useVoice();
  if (rows.length === 0) return <p>{words.none}</p>;
  const [[, head] = ['', () => null] as const, ...rest] = columns;
  return (
    <Scroll label={label}>
      <table>
        <Heads names={columns.map(([name]) => name)} />
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)}>
              <th scope="row">{head(row)}</th>
              {rest.map(([name, cell]) => (
                <td key={name}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
