import { expect, test } from 'vitest';
import { functionsPage, writtenFunctionsPage } from './functions.ts';

test('functions.md is as `npm run docs` writes it', () => {
  expect(writtenFunctionsPage()).toBe(functionsPage());
});
