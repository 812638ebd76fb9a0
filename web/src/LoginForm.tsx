import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from './api.ts';
import { useVoice } from './language.tsx';

/** Exchanges a key for a session. */
export function LoginForm() {
  const { words } = useVoice();
  const queries = useQueryClient();
  const [error, setError] = useState<string>();
  const enter = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    api('/api/session', { method: 'POST', json: { key } }).then(
      () => queries.resetQueries(),
      (problem: Error) => setError(problem.message),
    );
  };
  return (
    <form onSubmit={enter} className="login panel">
      <h1>{words.login}</h1>
      <label>
        {words.key} <input name="key" type="password" autoComplete="current-password" required />
      </label>
      <button type="submit">{words.enter}</button>
      {error === undefined ? null : <p role="alert">{error}</p>}
      <p>
        <a href={`/login?next=${encodeURIComponent(location.pathname + location.search)}`}>{words.loginByPassword}</a>
      </p>
    </form>
  );
}
