import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type DragEvent, useState } from 'react';
import { projects } from '../bigquery.ts';
import { Commands } from '../Commands.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { Table } from '../Table.tsx';
import { loadConfiguration, loadFile } from '../upload/load.ts';
import { COLUMN_TYPES, type ColumnType, columnName, DELIMITERS, type SniffedColumn, sniff } from '../upload/sniff.ts';

/** What is looked at of a file before it is sent. */
const LOOKED_AT = 256 * 1024;

/** A file becomes a table: dropped or chosen, looked at, corrected, loaded. */
export function UploadPage() {
  const { words } = useVoice();
  const [picked, setPicked] = useState<{ file: File; text: string }>();
  const query = useQuery({ queryKey: ['projects'], queryFn: projects, refetchInterval: false });
  const pick = (file: File | undefined) => {
    if (file !== undefined)
      void file
        .slice(0, LOOKED_AT)
        .text()
        .then((text) => setPicked({ file, text }));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    pick(event.dataTransfer.files[0]);
  };
  return (
    <>
      <h1>{words.upload}</h1>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the input inside it does the same by keyboard. */}
      <div className="panel drop" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <label>
          {words.dropHere}{' '}
          <input
            type="file"
            accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet"
            onChange={({ target }) => pick(target.files?.[0])}
          />
        </label>
      </div>
      <Loaded query={query}>
        {(all) =>
          picked === undefined ? null : (
            <Correct
              key={`${picked.file.name} ${picked.file.size}`}
              file={picked.file}
              text={picked.text}
              projects={all}
            />
          )
        }
      </Loaded>
    </>
  );
}

function Correct({ file, text, projects: all }: { file: File; text: string; projects: readonly string[] }) {
  const { words, bytes, number } = useVoice();
  const parquet = text.startsWith('PAR1');
  const [sniffed, setSniffed] = useState(() => sniff(text));
  const [columns, setColumns] = useState(sniffed.columns);
  const [place, setPlace] = useState({
    project: all[0] ?? '',
    dataset: '',
    table: columnName(file.name.replace(/\.[^.]+$/, ''), 0),
  });
  const [replace, setReplace] = useState(false);
  const again = (asked: { delimiter?: string; header?: boolean }) => {
    const { delimiter, header } = sniffed;
    const next = sniff(text, { delimiter, header, ...asked });
    setSniffed(next);
    setColumns(next.columns);
  };
  const asked = {
    ...place,
    format: parquet ? ('PARQUET' as const) : sniffed.format,
    delimiter: sniffed.delimiter,
    header: sniffed.header,
    replace,
    ...(parquet ? {} : { columns }),
  };
  const load = useMutation({ mutationFn: () => loadFile(file, asked) });
  const change = (index: number, part: Partial<SniffedColumn>) =>
    setColumns(columns.map((column, at) => (at === index ? { ...column, ...part } : column)));
  const { project, dataset, table } = place;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        load.mutate();
      }}
    >
      <h2>{`${file.name} · ${bytes(file.size)} · ${parquet ? 'Parquet' : sniffed.format === 'CSV' ? 'CSV' : 'JSON Lines'}`}</h2>
      {parquet ? null : (
        <>
          <p>{words.sniffed}</p>
          {sniffed.format === 'CSV' ? (
            <div className="bar">
              <label>
                {words.delimiter}{' '}
                <select value={sniffed.delimiter} onChange={({ target }) => again({ delimiter: target.value })}>
                  {DELIMITERS.map((each) => (
                    <option key={each} value={each}>
                      {each === '\t' ? 'Tab' : each}
                    </option>
                  ))}
                </select>
              </label>
              <label>
                <input
                  type="checkbox"
                  checked={sniffed.header}
                  onChange={({ target }) => again({ header: target.checked })}
                />{' '}
                {words.header}
              </label>
            </div>
          ) : null}
          <Table
            label={words.columns}
            rows={columns.map((column, index) => ({ ...column, index }))}
            keyOf={({ index }) => String(index)}
            columns={[
              [
                words.column,
                ({ name, index }) => (
                  <input
                    aria-label={`${words.column} ${index + 1}`}
                    value={name}
                    required
                    pattern="[A-Za-z_][A-Za-z0-9_]*"
                    readOnly={sniffed.format !== 'CSV'}
                    onChange={({ target }) => change(index, { name: target.value })}
                  />
                ),
              ],
              [
                words.type,
                ({ name, type, index }) => (
                  <select
                    aria-label={`${words.type} ${name}`}
                    value={type}
                    onChange={({ target }) => change(index, { type: target.value as ColumnType })}
                  >
                    {COLUMN_TYPES.map((each) => (
                      <option key={each}>{each}</option>
                    ))}
                  </select>
                ),
              ],
              [
                words.preview,
                ({ index }) =>
                  sniffed.rows
                    .slice(0, 3)
                    .map((row) => row[index])
                    .join(' · '),
              ],
            ]}
          />
        </>
      )}
      <div className="bar">
        <label>
          {words.project}{' '}
          <select value={project} onChange={({ target }) => setPlace({ ...place, project: target.value })}>
            {all.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          {words.dataset}{' '}
          <input required value={dataset} onChange={({ target }) => setPlace({ ...place, dataset: target.value })} />
        </label>
        <label>
          {words.table}{' '}
          <input required value={table} onChange={({ target }) => setPlace({ ...place, table: target.value })} />
        </label>
        <label>
          {words.writeMode}{' '}
          <select value={String(replace)} onChange={({ target }) => setReplace(target.value === 'true')}>
            <option value="false">{words.append}</option>
            <option value="true">{words.replace}</option>
          </select>
        </label>
        <button type="submit" disabled={load.isPending}>
          {words.load}
        </button>
      </div>
      {load.error === null ? null : (
        <p role="alert" className="fault">
          {load.error.message}
        </p>
      )}
      {load.data === undefined ? null : (
        <p role="status">
          {`${number(load.data.rows)} ${words.loaded}: `}
          <Link to="/data/$project/$dataset/$table" params={place}>
            {`${dataset}.${table}`}
          </Link>
        </p>
      )}
      <Commands
        commands={[
          {
            cli: `arcos upload '${file.name}' --project ${project} --dataset ${dataset || 'DATASET'} --table ${table}`,
            method: 'POST',
            path: `/upload/bigquery/v2/projects/${project}/jobs?uploadType=multipart`,
            json: loadConfiguration(asked),
          },
        ]}
      />
    </form>
  );
}
