import { api } from '../api.ts';
import type { Command } from '../Commands.tsx';

/** Does by the API what a command says. Throws ApiError. */
export function perform<Answer>({ method = 'GET', path, json }: Command): Promise<Answer> {
  return api<Answer>(path, { method, ...(json === undefined ? {} : { json }) });
}
