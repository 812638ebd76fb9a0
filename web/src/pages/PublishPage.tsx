import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, api, path } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { useVoice } from '../language.tsx';
import { publishRoute } from '../router.tsx';

/** What looks like personal data and nobody has decided about. */
interface Finding {
  readonly table: string;
  readonly column: string;
  readonly kind: string;
  readonly values: number;
}

const keyOf = ({ table, column, kind }: Finding): string => `${table}.${column} ${kind}`;

/** Puts a dataset on the portal, once everything is said that people must know of it. */
export function PublishPage() {
  const { words } = useVoice();
  const queries = useQueryClient();
  const { project = '', dataset = '' } = publishRoute.useSearch();
  const [sent, setSent] = useState<{ address: string; json: object }>();
  const publish = useMutation({
    mutationFn: ({ address, json }: { address: string; json: object }) => api(address, { method: 'PUT', json }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['publications'] }),
  });
  const { error } = publish;
  const findings = error instanceof ApiError && error.status === 412 ? findingsOf(error.data) : [];
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const optional = Object.fromEntries(
      ['coverage', 'contact', 'source'].flatMap((name) => (text(name) === '' ? [] : [[name, text(name)]])),
    );
    const reviewed = findings.flatMap((finding) => {
      const reason = text(keyOf(finding));
      const { table, column, kind } = finding;
      return reason === '' ? [] : [{ table, column, kind, reason }];
    });
    const names = ['title', 'description', 'licence', 'frequency', 'owner', 'theme'];
    const json = {
      ...Object.fromEntries(names.map((name) => [name, text(name)])),
      ...optional,
      tables: text('tables').split(/[\s,]+/),
      ...(reviewed.length === 0 ? {} : { reviewed }),
    };
    const request = { address: path`/api/publications/${text('project')}/${text('dataset')}`, json };
    setSent(request);
    publish.mutate(request);
  };
  const fields: [name: string, label: string, required: boolean, initial?: string][] = [
    ['project', words.project, true, project],
    ['dataset', words.dataset, true, dataset],
    ['title', words.titleOf, true],
    ['description', words.description, true],
    ['licence', words.licence, true, 'CC-BY-4.0'],
    ['frequency', words.frequency, true, 'Mensal'],
    ['owner', words.owner, true],
    ['theme', words.theme, true],
    ['tables', words.tables, true],
    ['coverage', words.coverage, false],
    ['contact', words.contact, false],
    ['source', words.sourceOf, false],
  ];
  const portal = sent?.address.replace('/api/publications/', '/dados/');
  return (
    <>
      <h1>{words.publish}</h1>
      <p className="lead">{words.publishIntro}</p>
      <form className="panel form" onSubmit={submit}>
        {fields.map(([name, label, required, initial = '']) => (
          <div key={name} className="field">
            <label htmlFor={`publish-${name}`}>{label}</label>
            <input id={`publish-${name}`} name={name} required={required} defaultValue={initial} />
          </div>
        ))}
        {findings.length === 0 ? null : <p role="alert">{words.looksPersonal}</p>}
        {findings.map((finding) => (
          <div key={keyOf(finding)} className="field">
            <label htmlFor={keyOf(finding)}>
              <code>{`${finding.table}.${finding.column}`}</code> {`${finding.kind} (${finding.values})`}
            </label>
            <input id={keyOf(finding)} name={keyOf(finding)} required />
          </div>
        ))}
        <p>
          <button type="submit" disabled={publish.isPending}>
            {words.publish}
          </button>
        </p>
      </form>
      {error === null || findings.length > 0 ? null : (
        <p role="alert" className="fault">
          {error.message}
        </p>
      )}
      {publish.isSuccess && portal !== undefined ? (
        <p role="status">
          <a href={portal}>{words.seeOnPortal}</a>
        </p>
      ) : null}
      <Commands
        commands={[
          {
            cli: 'arcos publish FILE.toml',
            method: 'PUT',
            path: sent?.address ?? '/api/publications/PROJECT/DATASET',
            json: sent?.json ?? { title: 'TITLE' },
          },
        ]}
      />
    </>
  );
}

function findingsOf(data: unknown): readonly Finding[] {
  const { findings = [] } = (data ?? {}) as { findings?: readonly Finding[] };
  return findings;
}
