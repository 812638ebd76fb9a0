import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ArcosError } from '../../base/errors.ts';
import type { HttpMessage } from './message.ts';

/** Addresses of this machine and of networks like its own (RFC 6890 and its registries). */
const PRIVATE: readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['::1', 128, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

export interface Outward {
  /** Throws what went wrong, UNAVAILABLE where it may go right later; DENIED for an address that is not allowed. */
  post(message: HttpMessage): Promise<void>;
}

const ANSWER_MS = 10_000;

/**
 * Sends to addresses that somebody has written into a rule, and so never into the networks that only this server
 * reaches, but for those in `allowed` (addresses, or networks such as `10.1.0.0/16`). The address is looked at when
 * it is connected to, so a name cannot change in between; redirects are not followed.
 */
export function createOutward(allowed: readonly string[]): Outward {
  const closed = new BlockList();
  for (const [network, prefix, family] of PRIVATE) closed.addSubnet(network, prefix, family);
  const open = readNetworks(allowed);

  function demandAllowed(address: string): void {
    // An IPv4 address in IPv6's clothes is that address.
    const meant = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
    const family = isIP(meant) === 6 ? 'ipv6' : 'ipv4';
    if (closed.check(meant, family) && !open.check(meant, family)) {
      throw new ArcosError('DENIED', `Messages may not be sent to ${address}, an address of a private network`, {
        hint: 'Allow it with the setting notify-allow.',
      });
    }
  }

  const checked: LookupFunction = (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, []);
      try {
        for (const { address } of addresses) demandAllowed(address);
      } catch (refused) {
        return done(refused as NodeJS.ErrnoException, []);
      }
      return done(null, addresses);
    });
  };

  return {
    async post({ url: text, headers, body }) {
      const url = new URL(text);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // Such an address is not looked up.
      if (isIP(host) !== 0) demandAllowed(host);
      const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
      await new Promise<void>((resolve, reject) => {
        const away = (cause: Error) =>
          reject(cause instanceof ArcosError ? cause : new ArcosError('UNAVAILABLE', `${url.host}: ${cause.message}`));
        const asked = request(
          url,
          // A connection is made for each, so that its address is looked at.
          {
            method: 'POST',
            headers: { ...headers, 'content-length': Buffer.byteLength(body) },
            lookup: checked,
            agent: false,
          },
          (response) => {
            response.resume();
            response.on('error', away);
            response.on('end', () => {
              const { statusCode: status = 0 } = response;
              if (status >= 200 && status < 300) return resolve();
              // What it says is not passed on: it may be a page of somebody's network.
              const later = status === 429 || status >= 500;
              return reject(new ArcosError(later ? 'UNAVAILABLE' : 'INVALID', `${url.host} answered ${status}`));
            });
          },
        );
        asked.setTimeout(ANSWER_MS, () => asked.destroy(new Error('no answer')));
        asked.on('error', away);
        asked.end(body);
      });
    },
  };
}

/** Throws CONFIG for what is neither an address nor a network. */
function readNetworks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', prefix] = text.split('/');
    const version = isIP(address);
    const most = version === 6 ? 128 : 32;
    const bits = prefix === undefined ? most : Number(prefix);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > most) {
      throw new ArcosError('CONFIG', `"${text}" is neither an address nor a network such as 10.1.0.0/16`);
    }
    list.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
