import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostValue } from './function.ts';
import { NET_FUNCTIONS } from './net.ts';

const call = (name: string, ...args: readonly HostValue[]) =>
  NET_FUNCTIONS.find((candidate) => candidate.name === name)?.evaluate(...args);

test.each([
  ['http://example.com/a', 'example.com'],
  ['  mailto://user@Example.org:80/x?y#z ', 'Example.org'],
  ['//localhost', 'localhost'],
  ['www.example.co.uk', 'www.example.co.uk'],
  ['https://[::1]:8080/', '[::1]'],
  ['mailto:?to=&subject=', 'mailto'],
  ['', null],
])('the host of %j is %j', (url, host) => {
  expect(call('bq_net_host', url)).toBe(host);
});

test.each(['1.2.3', '1.2.3.256', '01.2.3.4', '::1::', '1:2:3:4:5:6:7', 'g::', ''])('%j is no address', (text) => {
  expect(call('bq_net_address', text)).toBeNull();
});

test('addresses are written and read back', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })),
      (bytes) => {
        expect(call('bq_net_address', String(call('bq_net_text', bytes)))).toEqual(bytes);
      },
    ),
  );
  expect(call('bq_net_text', Uint8Array.from([0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1]))).toBe(
    '2001:db8::1',
  );
});
