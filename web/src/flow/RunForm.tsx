import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import type { DeploymentView, RunView } from '../../../src/orchestrator/views.ts';
import { api, path } from '../api.ts';
import { useVoice } from '../language.tsx';
import { type FormField, fieldsOf, parametersOf } from './fields.ts';

/** Starts a run with parameters: one input for each that the flow's schema has. */
export function RunForm({ deployment }: { deployment: DeploymentView }) {
  const { words } = useVoice();
  const navigate = useNavigate();
  const fields = fieldsOf(deployment.version.parameters, deployment.parameters);
  const start = useMutation({
    mutationFn: async (entered: ReadonlyMap<string, string>) =>
      api<RunView>(path`/api/deployments/${deployment.id}/runs`, {
        method: 'POST',
        json: { parameters: parametersOf(fields, entered) },
      }),
    onSuccess: (run) => navigate({ to: '/runs/$run', params: { run: run.id } }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    start.mutate(new Map([...data].map(([name, value]) => [name, String(value)])));
  };
  return (
    <form className="panel form" onSubmit={submit}>
      {fields.map((field) => (
        <div key={field.name} className="field">
          <label htmlFor={`field-${field.name}`}>
            <code>{field.name}</code>
            {field.required ? null : <span className="meta"> ({words.optional})</span>}
          </label>
          <Input field={field} />
          {field.description === undefined ? null : (
            <p className="meta" id={`about-${field.name}`}>
              {field.description}
            </p>
          )}
        </div>
      ))}
      <p>
        <button type="submit" disabled={start.isPending}>
          {words.runNow}
        </button>
      </p>
      {start.error === null ? null : (
        <p role="alert" className="fault">
          {start.error instanceof SyntaxError ? `${words.mustBe}: ${start.error.message}` : start.error.message}
        </p>
      )}
    </form>
  );
}

function Input({ field }: { field: FormField }) {
  const { name, kind, initial, required, minimum, maximum, choices, description } = field;
  const common = {
    id: `field-${name}`,
    name,
    required,
    ...(description === undefined ? {} : { 'aria-describedby': `about-${name}` }),
  };
  switch (kind) {
    case 'choice':
      return (
        <select {...common} defaultValue={initial}>
          {required ? null : <option value="" />}
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      );
    case 'boolean':
      return <input {...common} required={false} type="checkbox" value="true" defaultChecked={initial === 'true'} />;
    case 'json':
      return <textarea {...common} rows={3} defaultValue={initial} spellCheck={false} />;
    case 'integer':
    case 'number':
      return (
        <input
          {...common}
          type="number"
          step={kind === 'integer' ? 1 : 'any'}
          min={minimum}
          max={maximum}
          defaultValue={initial}
        />
      );
    default:
      return <input {...common} type={kind} defaultValue={initial} />;
  }
}
