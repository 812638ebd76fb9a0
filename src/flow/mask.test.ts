import { expect, test } from 'vitest';
import type { RunEvent } from './events.ts';
import { hide, maskEvent, masked } from './mask.ts';
import { secret } from './secret.ts';

const at = '2026-01-01T00:00:00Z';

test('a secret is in nothing that a run tells, however it is written', async () => {
  process.env['ARCOS_SECRET_SENHA'] = 'çedilha"(e)\nsegunda linha';
  const value = await secret('SENHA');
  const event: RunEvent = {
    kind: 'log',
    level: 'info',
    at,
    message: [value, JSON.stringify({ value }), encodeURIComponent('segunda linha'), btoa('segunda linha')].join(' | '),
  };
  const { message } = maskEvent(event) as { message: string };
  for (const part of ['çedilha', 'segunda', 'linha', 'c2VndW5kYSBsaW5oYQ']) expect(message).not.toContain(part);
  const artifact: RunEvent = { kind: 'artifact', key: 'k', artifact: 'markdown', data: JSON.stringify(value), at };
  expect(maskEvent(artifact)).toMatchObject({ data: expect.not.stringContaining('segunda') });
  await expect(secret('OUTRA')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a secret that is the beginning of another, or as short as a word, does no harm', () => {
  hide('abcd');
  hide('abcdef.*');
  hide('de');
  expect(masked('abcdef.* abcd abcdefgh de')).toBe('*** *** ***efgh de');
});
