import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, path } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { EntryForm, Manage } from '../manage/Manage.tsx';
import { Table } from '../Table.tsx';
import { type Principal, ROLES, scopeText } from './people.tsx';

interface Given {
  readonly principal: string;
  readonly role: string;
  readonly scope: string;
}

/** Every role that somebody has. */
export function Roles() {
  const { words } = useVoice();
  const binding = (given: Given) => ({ path: '/api/bindings', json: given });
  return (
    <Manage<Given>
      title={words.roles}
      list="/api/principals"
      rowsOf={(all: readonly Principal[]) =>
        all.flatMap(({ name, bindings }) =>
          bindings.map(({ role, scope }) => ({ principal: name, role, scope: scopeText(scope) })),
        )
      }
      keyOf={({ principal, role, scope }) => `${principal} ${role} ${scope}`}
      columns={[
        [words.principal, ({ principal }) => principal],
        [words.role, ({ role }) => role],
        [words.scope, ({ scope }) => scope],
      ]}
      fields={[
        { name: 'principal', label: words.principal },
        { name: 'role', label: words.role, choices: ROLES, initial: 'leitor' },
        { name: 'scope', label: words.scope, initial: 'project/' },
      ]}
      create={({ principal = '', role = '', scope = '' }) => ({
        cli: `arcos role grant ${principal} ${role} ${scope}`,
        method: 'POST',
        ...binding({ principal, role, scope }),
      })}
      actions={[{ label: words.remove, final: true, command: (given) => ({ method: 'DELETE', ...binding(given) }) }]}
    />
  );
}

interface Policy {
  readonly actions: readonly string[];
}

interface Someone {
  readonly principal: string;
  readonly kind: string;
  readonly reason: string;
}

interface Reach {
  readonly reach: readonly { readonly resource: string; readonly reason: string }[];
  readonly reason?: string;
}

/** "Who can see this?" and "what does X reach?" */
export function Questions({ resource = 'table/' }: { resource?: string }) {
  const { words } = useVoice();
  const policy = useQuery({
    queryKey: ['policy'],
    queryFn: () => api<Policy>('/api/access/policy'),
    refetchInterval: false,
  });
  return (
    <Loaded query={policy}>
      {({ actions }) => (
        <>
          <Who actions={actions} resource={resource} />
          <h2>{words.reach}</h2>
          <ReachOf actions={actions} />
        </>
      )}
    </Loaded>
  );
}

function Who({ actions, resource }: { actions: readonly string[]; resource: string }) {
  const { words } = useVoice();
  const [asked, setAsked] = useState('');
  const ask = useMutation({
    mutationFn: (query: string) => {
      setAsked(query);
      return api<Someone[]>(query);
    },
  });
  return (
    <div>
      <h2>{words.who}</h2>
      <EntryForm
        label={words.ask}
        busy={ask.isPending}
        fields={[
          { name: 'action', label: words.action, choices: actions, initial: 'table.read' },
          { name: 'resource', label: words.resource, initial: resource },
        ]}
        onEnter={({ action = '', resource: of = '' }) =>
          ask.mutate(path`/api/access/who?action=${action}&resource=${of}`)
        }
      />
      {ask.error === null ? null : <p role="alert">{ask.error.message}</p>}
      {ask.data === undefined ? null : <People people={ask.data} />}
      <Commands
        commands={[
          {
            cli: 'arcos access who table.read table/PROJECT.DATASET.TABLE',
            path: asked || '/api/access/who?action=table.read&resource=table/P.D.T',
          },
        ]}
      />
    </div>
  );
}

export function People({ people }: { people: readonly Someone[] }) {
  const { words } = useVoice();
  if (people.length === 0) return <p>{words.nobody}</p>;
  return (
    <Table
      label={words.who}
      rows={people}
      keyOf={({ principal }) => principal}
      columns={[
        [words.principal, ({ principal }) => principal],
        [words.kind, ({ kind }) => kind],
        [words.reason, ({ reason }) => reason],
      ]}
    />
  );
}

function ReachOf({ actions }: { actions: readonly string[] }) {
  const { words } = useVoice();
  const ask = useMutation({ mutationFn: (query: string) => api<Reach>(query) });
  return (
    <>
      <EntryForm
        label={words.ask}
        busy={ask.isPending}
        fields={[
          { name: 'principal', label: words.principal },
          { name: 'action', label: words.action, choices: actions, initial: 'table.read' },
        ]}
        onEnter={({ principal = '', action = '' }) =>
          ask.mutate(path`/api/access/reach?principal=${principal}&action=${action}`)
        }
      />
      {ask.error === null ? null : <p role="alert">{ask.error.message}</p>}
      {ask.data?.reason === undefined ? null : <p>{ask.data.reason}</p>}
      {ask.data === undefined ? null : (
        <Table
          label={words.reach}
          rows={ask.data.reach}
          keyOf={({ resource }) => resource}
          columns={[
            [words.resource, ({ resource }) => resource],
            [words.reason, ({ reason }) => reason],
          ]}
        />
      )}
      <Commands commands={[{ cli: 'arcos access reach PRINCIPAL', path: '/api/access/reach?principal=PRINCIPAL' }]} />
    </>
  );
}
