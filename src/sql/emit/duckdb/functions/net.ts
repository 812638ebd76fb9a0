import type { CallNode, Emission, Emissions } from '../emission.ts';
import { failure } from '../failure.ts';

/** A function that has no value for what it cannot read: an error then, unless it is given NULL. */
const strict =
  (name: string, message: string): Emission =>
  (args: readonly string[], node: CallNode) => {
    const value = `${name}(${args.join(', ')})`;
    const given = args.map((arg) => ` AND ${arg} IS NOT NULL`).join('');
    return `CASE WHEN ${value} IS NULL${given} THEN ${failure(node.type, message)} ELSE ${value} END`;
  };

export const NET: Emissions = {
  'NET.HOST': 'bq_net_host($1)',
  'NET.IP_FROM_STRING': strict('bq_net_address', 'NET.IP_FROM_STRING() encountered a string that is no IP address'),
  'NET.IP_NET_MASK': strict(
    'bq_net_mask',
    'NET.IP_NET_MASK() takes 4 or 16 bytes and a prefix of as many bits at most',
  ),
  'NET.IP_TO_STRING BYTES': strict('bq_net_text', 'NET.IP_TO_STRING() takes an address of 4 or 16 bytes'),
  'NET.IP_TRUNC BYTES': strict(
    'bq_net_truncated',
    'NET.IP_TRUNC() takes an address of 4 or 16 bytes and a prefix of its bits',
  ),
  'NET.IPV4_FROM_INT64': (args, node) => {
    const [number = ''] = args;
    const wrong = failure(node.type, {
      sql: `'NET.IPV4_FROM_INT64() encountered a number that is no IPv4 address: ' || ${number}`,
    });
    return `CASE WHEN ${number} NOT BETWEEN -2147483648 AND 4294967295 THEN ${wrong} ELSE unhex(printf('%08x', ${number} & 4294967295)) END`;
  },
  'NET.IPV4_TO_INT64 BYTES': (args, node) => {
    const [address = ''] = args;
    const wrong = failure(node.type, 'NET.IPV4_TO_INT64() takes an address of 4 bytes');
    return `CASE WHEN octet_length(${address}) <> 4 THEN ${wrong} ELSE CAST('0x' || hex(${address}) AS BIGINT) END`;
  },
  'NET.SAFE_IP_FROM_STRING': 'bq_net_address($1)',
};
