import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { api } from '../api.ts';
import { type Command, Commands } from '../Commands.tsx';
import { Copy } from '../Copy.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { type Column, Table } from '../Table.tsx';
import { perform } from './perform.ts';

/** An input of a form. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly required?: boolean;
  readonly choices?: readonly string[];
  readonly type?: 'text' | 'number' | 'password' | 'datetime-local';
  readonly initial?: string;
}

export type Entered = Readonly<Record<string, string>>;

/** Something that can be done to a row. */
export interface RowAction<Row> {
  readonly label: string;
  readonly command: (row: Row) => Command | undefined;
  /** It cannot be undone: it is asked for twice. */
  readonly final?: boolean;
  /** What the answer has that is shown this once. */
  readonly secret?: (answer: unknown) => string | undefined;
}

export interface ManageProps<Row> {
  readonly title: string;
  /** Where the list is had. */
  readonly list: string;
  readonly rowsOf?: (answer: never) => readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly fields?: readonly Field[];
  readonly create?: (entered: Entered) => Command;
  /** What the answer to `create` has that is shown this once. */
  readonly secret?: (answer: unknown) => string | undefined;
  readonly actions?: readonly RowAction<Row>[];
  readonly children?: ReactNode;
}

/** A list of things with a form that makes one and buttons that change or remove them; each also as command and call. */
export function Manage<Row>(props: ManageProps<Row>) {
  const { title, list, rowsOf = (answer: never) => answer, columns, keyOf, fields = [], create, actions = [] } = props;
  const { words } = useVoice();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ['manage', list], queryFn: () => api<never>(list), refetchInterval: 30_000 });
  const [shown, setShown] = useState<string>();
  const act = useMutation({
    mutationFn: async ({ command, secret }: { command: Command; secret?: (answer: unknown) => string | undefined }) => {
      const answer = await perform<unknown>(command);
      setShown(secret?.(answer));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['manage'] }),
  });
  const withActions: Column<Row>[] = [
    ...columns,
    ...actions.map(
      (action): Column<Row> => [
        action.label,
        (row) => {
          const command = action.command(row);
          return command === undefined ? null : (
            <Act
              label={action.label}
              of={keyOf(row)}
              final={action.final === true}
              onAct={() => act.mutate({ command, ...(action.secret === undefined ? {} : { secret: action.secret }) })}
            />
          );
        },
      ],
    ),
  ];
  const placeholders = Object.fromEntries(fields.map(({ name, initial }) => [name, initial ?? name.toUpperCase()]));
  const commands = [{ path: list }, ...(create === undefined ? [] : [create(placeholders)])];
  return (
    <div>
      <h2>{title}</h2>
      {props.children}
      {create === undefined ? null : (
        <EntryForm
          fields={fields}
          busy={act.isPending}
          onEnter={(entered) =>
            act.mutate({ command: create(entered), ...(props.secret === undefined ? {} : { secret: props.secret }) })
          }
        />
      )}
      {act.error === null ? null : (
        <p role="alert" className="fault">
          {act.error.message}
        </p>
      )}
      {shown === undefined ? null : (
        <div className="panel" role="status">
          <p>{words.shownOnce}</p>
          <div className="copyable">
            <pre>{shown}</pre>
            <Copy text={shown} />
          </div>
        </div>
      )}
      <Loaded query={query}>
        {(answer) => <Table label={title} columns={withActions} rows={rowsOf(answer)} keyOf={keyOf} />}
      </Loaded>
      <Commands commands={commands} />
    </div>
  );
}

function Act({ label, of, final, onAct }: { label: string; of: string; final: boolean; onAct: () => void }) {
  const { words } = useVoice();
  const [sure, setSure] = useState(!final);
  const press = () => {
    if (!sure) return setSure(true);
    setSure(!final);
    onAct();
  };
  return (
    <button type="button" className="plain" onClick={press} onBlur={() => setSure(!final)}>
      {sure && final ? words.reallyRemove : label}
      <span className="hidden"> {of}</span>
    </button>
  );
}

/** One line of inputs and a button. */
export function EntryForm({
  fields,
  label,
  busy,
  onEnter,
}: {
  fields: readonly Field[];
  label?: string;
  busy: boolean;
  onEnter: (entered: Entered) => void;
}) {
  const { words } = useVoice();
  const id = useId();
  const enter = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onEnter(Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)])));
  };
  return (
    <form className="bar panel" onSubmit={enter}>
      {fields.map(({ name, label: of, required = true, choices, type = 'text', initial = '' }) => (
        <label key={name} htmlFor={`${id}-${name}`}>
          {of}{' '}
          {choices === undefined ? (
            <input
              id={`${id}-${name}`}
              name={name}
              type={type}
              required={required}
              defaultValue={initial}
              autoComplete="off"
            />
          ) : (
            <select id={`${id}-${name}`} name={name} required={required} defaultValue={initial}>
              {required ? null : <option value="" />}
              {choices.map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </select>
          )}
        </label>
      ))}
      <button type="submit" disabled={busy}>
        {label ?? words.add}
      </button>
    </form>
  );
}
