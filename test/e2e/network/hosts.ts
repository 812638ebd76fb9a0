import { execFileSync } from 'node:child_process';

/** Hosts that are this machine's network namespaces: `agent` has a link to `proxy` and no other, `proxy` one to `server`. */
export interface Hosts {
  readonly addresses: { readonly server: string; readonly proxy: string };
  /** The command that starts a program on a host. */
  on(host: 'server' | 'proxy' | 'agent', ...command: readonly string[]): { file: string; args: string[] };
  /** Cuts the agent's link, or joins it again. */
  link(state: 'up' | 'down'): void;
  remove(): void;
}

const ip = (...args: readonly string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Lays the hosts; or why that cannot be done here. */
export function layHosts(): Hosts | { missing: string } {
  const id = process.pid.toString(36);
  const name = (host: string) => `arcos-${host}-${id}`;
  const names = ['server', 'proxy', 'agent'].map(name);
  const remove = () => {
    for (const one of names) {
      try {
        ip('netns', 'delete', one);
      } catch {
        // It was never made.
      }
    }
  };
  // Outside of what networks at home and at work use most.
  const net = `10.${200 + (process.pid % 50)}`;
  const addresses = { server: `${net}.1.2`, proxy: `${net}.2.1` };
  const inside = (host: string, ...args: string[]) => ip('-n', name(host), ...args);
  const join = (one: string, oneAddress: string, other: string, otherAddress: string) => {
    ip(
      'link',
      'add',
      `to-${other}`,
      'netns',
      name(one),
      'type',
      'veth',
      'peer',
      'name',
      `to-${one}`,
      'netns',
      name(other),
    );
    for (const [host, peer, address] of [
      [one, other, oneAddress],
      [other, one, otherAddress],
    ] as const) {
      inside(host, 'address', 'add', `${address}/24`, 'dev', `to-${peer}`);
      inside(host, 'link', 'set', `to-${peer}`, 'up');
    }
  };
  try {
    for (const one of names) ip('netns', 'add', one);
    for (const host of ['server', 'proxy', 'agent']) inside(host, 'link', 'set', 'lo', 'up');
    join('server', addresses.server, 'proxy', `${net}.1.1`);
    join('proxy', addresses.proxy, 'agent', `${net}.2.2`);
  } catch (error) {
    remove();
    return { missing: `network namespaces need root and the program ip: ${String(error).split('\n')[0]}` };
  }
  return {
    addresses,
    on: (host, ...command) => ({ file: 'ip', args: ['netns', 'exec', name(host), ...command] }),
    link: (state) => inside('agent', 'link', 'set', 'to-proxy', state),
    remove,
  };
}
