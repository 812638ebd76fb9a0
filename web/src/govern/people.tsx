import { useState } from 'react';
import { path } from '../api.ts';
import { useVoice } from '../language.tsx';
import { Manage } from '../manage/Manage.tsx';

export interface Principal {
  readonly name: string;
  readonly kind: string;
  readonly agency: string | null;
  readonly disabled: boolean;
  readonly bindings: readonly {
    readonly role: string;
    readonly scope: { readonly kind: string; readonly id: string };
  }[];
  readonly groups: readonly string[];
}

export const ROLES = ['base', 'leitor', 'editor', 'administrador'] as const;

export const scopeText = ({ kind, id }: { kind: string; id: string }): string =>
  kind === 'platform' ? kind : `${kind}/${id}`;

const agencyOf = (agency = '') => ({ agency: agency === '' ? null : agency });

/** Users, service accounts and agents, with their keys. */
export function People() {
  const { words } = useVoice();
  const [keysOf, setKeysOf] = useState<string>();
  return (
    <>
      <Manage<Principal>
        title={words.people}
        list="/api/principals"
        rowsOf={(all: readonly Principal[]) => all.filter(({ kind }) => kind !== 'group')}
        keyOf={({ name }) => name}
        columns={[
          [
            words.name,
            ({ name, kind }) =>
              kind === 'user' ? (
                name
              ) : (
                <button type="button" className="plain" onClick={() => setKeysOf(name)}>
                  {name}
                </button>
              ),
          ],
          [words.kind, ({ kind, disabled }) => (disabled ? `${kind} (${words.disabled})` : kind)],
          [words.agency, ({ agency }) => agency ?? '–'],
          [words.roles, ({ bindings }) => bindings.map(({ role, scope }) => `${role} ${scopeText(scope)}`).join('; ')],
          [words.groups, ({ groups }) => groups.join(', ')],
        ]}
        fields={[
          { name: 'name', label: words.name },
          { name: 'kind', label: words.kind, choices: ['user', 'service-account'], initial: 'user' },
          { name: 'agency', label: words.agency, required: false },
          { name: 'role', label: words.role, choices: ROLES, required: false, initial: 'leitor' },
        ]}
        create={({ name = '', kind, agency = '', role }) =>
          kind === 'service-account'
            ? {
                cli: `arcos service-account add ${name} --agency ${agency} --role ${role || 'leitor'}`,
                method: 'PUT',
                path: path`/api/service-accounts/${name}`,
                json: { agency, role: role || 'leitor' },
              }
            : {
                cli: `arcos user add ${name}${agency === '' ? '' : ` --agency ${agency}`}`,
                method: 'PUT',
                path: path`/api/users/${name}`,
                json: agencyOf(agency),
              }
        }
        actions={[
          {
            label: words.invite,
            command: ({ name, kind }) =>
              kind === 'user' ? { method: 'POST', path: path`/api/users/${name}/invitation`, json: {} } : undefined,
            secret: (answer) => (answer as { link?: string }).link,
          },
          {
            label: `${words.disable} / ${words.enable}`,
            command: ({ name, disabled }) => ({
              cli: `arcos user ${disabled ? 'enable' : 'disable'} ${name}`,
              method: 'PATCH',
              path: path`/api/principals/${name}`,
              json: { disabled: !disabled },
            }),
          },
          {
            label: words.remove,
            final: true,
            command: ({ name }) => ({ method: 'DELETE', path: path`/api/principals/${name}` }),
          },
        ]}
      />
      {keysOf === undefined ? null : <Keys key={keysOf} of={keysOf} />}
    </>
  );
}

interface Key {
  readonly id: string;
  readonly purpose: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

function Keys({ of }: { of: string }) {
  const { words, time } = useVoice();
  const base = path`/api/principals/${of}/keys`;
  return (
    <Manage<Key>
      title={`${words.keys}: ${of}`}
      list={base}
      keyOf={({ id }) => id}
      columns={[
        [words.purpose, ({ purpose }) => purpose],
        [words.start, ({ createdAt }) => time(createdAt)],
        [words.expires, ({ expiresAt }) => time(expiresAt ?? undefined)],
        [words.end, ({ revokedAt }) => time(revokedAt ?? undefined)],
      ]}
      fields={[{ name: 'purpose', label: words.purpose }]}
      create={({ purpose = '' }) => ({
        cli: `arcos key new ${of} --purpose '${purpose}'`,
        method: 'POST',
        path: base,
        json: { purpose },
      })}
      secret={(answer) => (answer as { key?: string }).key}
      actions={[
        {
          label: words.revoke,
          final: true,
          command: ({ id, revokedAt }) =>
            revokedAt === null ? { method: 'DELETE', path: `${base}/${encodeURIComponent(id)}` } : undefined,
        },
      ]}
    />
  );
}

export function Groups() {
  const { words } = useVoice();
  const [chosen, setChosen] = useState<string>();
  return (
    <>
      <Manage<Principal>
        title={words.groups}
        list="/api/principals"
        rowsOf={(all: readonly Principal[]) => all.filter(({ kind }) => kind === 'group')}
        keyOf={({ name }) => name}
        columns={[
          [
            words.name,
            ({ name }) => (
              <button type="button" className="plain" onClick={() => setChosen(name)}>
                {name}
              </button>
            ),
          ],
          [words.agency, ({ agency }) => agency ?? '–'],
          [words.roles, ({ bindings }) => bindings.map(({ role, scope }) => `${role} ${scopeText(scope)}`).join('; ')],
        ]}
        fields={[
          { name: 'name', label: words.name },
          { name: 'agency', label: words.agency, required: false },
        ]}
        create={({ name = '', agency = '' }) => ({
          cli: `arcos group add ${name}`,
          method: 'PUT',
          path: path`/api/groups/${name}`,
          json: agencyOf(agency),
        })}
        actions={[
          {
            label: words.remove,
            final: true,
            command: ({ name }) => ({ method: 'DELETE', path: path`/api/principals/${name}` }),
          },
        ]}
      />
      {chosen === undefined ? null : (
        <Manage<string>
          key={chosen}
          title={`${words.members}: ${chosen}`}
          list={path`/api/groups/${chosen}/members`}
          keyOf={(name) => name}
          columns={[[words.name, (name) => name]]}
          fields={[{ name: 'member', label: words.principal }]}
          create={({ member = '' }) => ({
            cli: `arcos group join ${chosen} ${member}`,
            method: 'PUT',
            path: path`/api/groups/${chosen}/members/${member}`,
          })}
          actions={[
            {
              label: words.remove,
              final: true,
              command: (member) => ({ method: 'DELETE', path: path`/api/groups/${chosen}/members/${member}` }),
            },
          ]}
        />
      )}
    </>
  );
}
