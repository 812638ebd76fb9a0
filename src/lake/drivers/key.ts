import { blobPath } from '../name.ts';

/**
 * A key that every store of objects and every reader of addresses takes as it is: readers look for `?`, `*` and `[` in
 * one, and differ in what they encode. The id tells keys apart; the name is there for people and for Hive's folders.
 */
export function remoteKey(prefix: string, bucket: string, name: string, id: string): string {
  const path = blobPath(name, id).replaceAll(/[^\w/.=:~-]/g, '_');
  // S3 takes 1,024 bytes.
  const kept = path.length > 800 ? `${path.slice(0, 700)}~${id}` : path;
  return `${prefix}${bucket}/${kept}`;
}
