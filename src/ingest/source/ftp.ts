import { posix } from 'node:path';
import { driver } from './driver.ts';
import { type RemoteFile, type RemoteOptions, remoteFiles } from './remote.ts';
import type { Source } from './source.ts';

export interface FtpOptions extends RemoteOptions {
  /** Over TLS, as everything that leaves the house should be; true unless told. */
  readonly secure?: boolean;
}

/** Files of an FTP server. Needs the package `basic-ftp`. */
export function ftp(options: FtpOptions): Source<RemoteFile> {
  const { host, port, user, password, folder, secure = true } = options;
  return remoteFiles(options, async () => {
    const { Client } = await driver('basic-ftp', () => import('basic-ftp'));
    const client = new Client();
    await client.access({
      host,
      user,
      secure,
      ...(port === undefined ? {} : { port }),
      ...(password === undefined ? {} : { password }),
    });
    return {
      async list() {
        const files = (await client.list(folder)).filter(({ isFile }) => isFile);
        // Servers without MLSD tell a file's time one at a time only.
        const dated = [];
        for (const { name, size, modifiedAt } of files) {
          dated.push({ name, bytes: size, modifiedAt: modifiedAt ?? (await client.lastMod(posix.join(folder, name))) });
        }
        return dated;
      },
      async download(name, path) {
        await client.downloadTo(path, posix.join(folder, name));
      },
      close: () => client.close(),
    };
  });
}
