import { define } from './define.ts';

export const NET = define('net', {
  'NET.HOST': ['STRING -> STRING', 'The host of a URL.'],
  'NET.IP_FROM_STRING': ['STRING -> BYTES', 'The bytes of an IPv4 or IPv6 address.'],
  'NET.IP_NET_MASK': ['INT64, INT64 -> BYTES', 'A network mask of so many bytes with so many bits set.'],
  'NET.IP_TO_STRING': ['BYTES -> STRING', 'The text of an address.'],
  'NET.IP_TRUNC': ['BYTES, INT64 -> BYTES', 'An address with all bits behind the first ones cleared.'],
  'NET.IPV4_FROM_INT64': ['INT64 -> BYTES', 'The IPv4 address with this number.'],
  'NET.IPV4_TO_INT64': ['BYTES -> INT64', 'The number of an IPv4 address.'],
  'NET.SAFE_IP_FROM_STRING': ['STRING -> BYTES', 'The bytes of an address; NULL for what is none.'],
});
