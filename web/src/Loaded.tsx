import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from './api.ts';
import { LoginForm } from './LoginForm.tsx';
import { useVoice } from './language.tsx';

/** What a query brought, or what became of it: still loading, an error, or nobody logged in. */
export function Loaded<Data>({
  query,
  children,
}: {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}) {
  const { words } = useVoice();
  if (query.data !== undefined) return children(query.data);
  if (query.error instanceof ApiError && query.error.status === 401) return <LoginForm />;
  if (query.error !== null) return <p role="alert">{`${words.failed}: ${query.error.message}`}</p>;
  return <p>{words.loading}</p>;
}
