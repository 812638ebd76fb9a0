import { posix } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import { driver } from './driver.ts';
import { type RemoteFile, type RemoteOptions, remoteFiles } from './remote.ts';
import type { Source } from './source.ts';

export interface SftpOptions extends RemoteOptions {
  /** Text of a private key, instead of a password. */
  readonly privateKey?: string;
  /** SHA-256 of the server's key as `ssh-keygen -lf` writes it, `SHA256:...`; another server is refused. */
  readonly hostKey: string;
}

/** What is used of the package, which has no types of its own. */
interface SftpClient {
  connect(options: object): Promise<unknown>;
  list(folder: string): Promise<{ type: string; name: string; size: number; modifyTime: number }[]>;
  fastGet(remote: string, local: string): Promise<unknown>;
  end(): Promise<unknown>;
}

/** Files of an SSH server. Needs the package `ssh2-sftp-client`. Throws DENIED for a server with another key. */
export function sftp(options: SftpOptions): Source<RemoteFile> {
  const { host, port, user: username, password, privateKey, hostKey, folder } = options;
  return remoteFiles(options, async () => {
    const { createHash } = await import('node:crypto');
    // @ts-expect-error: the package has no types.
    const load = (): Promise<{ default: new () => SftpClient }> => import('ssh2-sftp-client');
    const { default: Client } = await driver('ssh2-sftp-client', load);
    const client = new Client();
    let found = '';
    const hostVerifier = (key: Buffer) => {
      found = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
      return found === hostKey;
    };
    await client.connect({ host, port, username, password, privateKey, hostVerifier }).catch((cause: unknown) => {
      if (found === '' || found === hostKey) throw cause;
      throw new ArcosError('DENIED', `${host} has the key ${found}, not ${hostKey}`, {
        hint: 'If the server was set up anew, ask its keeper for the new one.',
      });
    });
    return {
      async list() {
        const files = (await client.list(folder)).filter(({ type }) => type === '-');
        return files.map(({ name, size, modifyTime }) => ({ name, bytes: size, modifiedAt: new Date(modifyTime) }));
      },
      async download(name, path) {
        await client.fastGet(posix.join(folder, name), path);
      },
      async close() {
        await client.end();
      },
    };
  });
}
