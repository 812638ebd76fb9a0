import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, path } from '../api.ts';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { Manage } from '../manage/Manage.tsx';

interface Agency {
  readonly id: string;
  readonly name: string;
}

interface Namespace {
  readonly id: string;
  readonly agency: string;
  readonly project: string;
  readonly writes: readonly string[];
}

export function Agencies() {
  const { words } = useVoice();
  return (
    <Manage<Agency>
      title={words.agencies}
      list="/api/agencies"
      keyOf={({ id }) => id}
      columns={[
        [words.id, ({ id }) => id],
        [words.name, ({ name }) => name],
      ]}
      fields={[
        { name: 'id', label: words.id },
        { name: 'name', label: words.name },
      ]}
      create={({ id = '', name = '' }) => ({
        cli: `arcos agency add ${id} --title '${name}'`,
        method: 'PUT',
        path: path`/api/agencies/${id}`,
        json: { name },
      })}
    />
  );
}

export function Namespaces() {
  const { words } = useVoice();
  return (
    <Manage<Namespace>
      title={words.namespaces}
      list="/api/namespaces"
      keyOf={({ id }) => id}
      columns={[
        [words.id, ({ id }) => id],
        [words.agency, ({ agency }) => agency],
        [words.project, ({ project }) => project],
        [words.writes, ({ writes }) => writes.join(', ')],
      ]}
      fields={[
        { name: 'id', label: words.id },
        { name: 'agency', label: words.agency },
        { name: 'project', label: words.project },
        { name: 'writes', label: words.writes, required: false },
      ]}
      create={({ id = '', agency = '', project = '', writes = '' }) => ({
        method: 'PUT',
        path: path`/api/namespaces/${id}`,
        json: { agency, project, writes: writes.split(/[\s,]+/).filter((each) => each !== '') },
      })}
    />
  );
}

export function Limits() {
  const { words, number } = useVoice();
  return (
    <Manage<{ scope: string; name: string; most: number }>
      title={words.limits}
      list="/api/limits"
      keyOf={({ scope, name }) => `${scope} ${name}`}
      columns={[
        [words.name, ({ name }) => name],
        [words.scope, ({ scope }) => scope],
        [words.most, ({ most }) => number(most)],
      ]}
      fields={[
        { name: 'scope', label: words.scope, choices: ['tag', 'namespace', 'agency'], initial: 'tag' },
        { name: 'name', label: words.name },
        { name: 'most', label: words.most, type: 'number', initial: '1' },
      ]}
      create={({ scope = '', name = '', most = '' }) => ({
        cli: `arcos limits set ${scope} ${name} ${most}`,
        method: 'PUT',
        path: path`/api/limits/${scope}/${name}`,
        json: { most: Number(most) },
      })}
      actions={[
        {
          label: words.remove,
          final: true,
          command: ({ scope, name }) => ({ method: 'DELETE', path: path`/api/limits/${scope}/${name}` }),
        },
      ]}
    />
  );
}

/** Names of secrets; their values are shown to nobody. */
export function Secrets() {
  const { words, time } = useVoice();
  const namespaces = useQuery({
    queryKey: ['manage', '/api/namespaces'],
    queryFn: () => api<Namespace[]>('/api/namespaces'),
  });
  const [chosen, setChosen] = useState<string>();
  return (
    <Loaded query={namespaces}>
      {(all) => {
        const namespace = chosen ?? all[0]?.id;
        if (namespace === undefined) return <p>{words.none}</p>;
        const base = path`/api/namespaces/${namespace}/secrets`;
        return (
          <Manage<{ name: string; updatedAt: string; updatedBy: string }>
            key={namespace}
            title={words.secrets}
            list={base}
            keyOf={({ name }) => name}
            columns={[
              [words.name, ({ name }) => name],
              [words.lastChange, ({ updatedAt, updatedBy }) => `${time(updatedAt)} · ${updatedBy}`],
            ]}
            fields={[
              { name: 'name', label: words.name },
              { name: 'value', label: words.value, type: 'password' },
            ]}
            create={({ name = '', value = '' }) => ({
              cli: `arcos secret set ${namespace} ${name} < FILE`,
              method: 'PUT',
              path: `${base}/${encodeURIComponent(name)}`,
              json: { value },
            })}
            actions={[
              {
                label: words.remove,
                final: true,
                command: ({ name }) => ({ method: 'DELETE', path: `${base}/${encodeURIComponent(name)}` }),
              },
            ]}
          >
            <label>
              {words.namespace}{' '}
              <select value={namespace} onChange={({ target }) => setChosen(target.value)}>
                {all.map(({ id }) => (
                  <option key={id}>{id}</option>
                ))}
              </select>
            </label>
          </Manage>
        );
      }}
    </Loaded>
  );
}
