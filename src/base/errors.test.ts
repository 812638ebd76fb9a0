import { expect, it } from 'vitest';
import { ArcosError, asArcosError, codeOfHttp } from './errors.ts';

it('reads a code from an HTTP status, if only one has it', () => {
  expect(codeOfHttp(404)).toBe('NOT_FOUND');
  expect(codeOfHttp(500)).toBe('INTERNAL');
  expect(codeOfHttp(418)).toBe('INVALID');
});

it('says what to do about a full disk, and keeps what is known already', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(asArcosError(full)).toMatchObject({
    code: 'STATE',
    hint: expect.stringContaining('--state DIR'),
    cause: full,
  });
  const known = new ArcosError('CONFLICT', 'there already');
  expect(asArcosError(known)).toBe(known);
  expect(asArcosError('text')).toMatchObject({ code: 'INTERNAL', message: 'text' });
});
