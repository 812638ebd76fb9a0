import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate for `address` by an authority that only who is given `authority` knows. Needs openssl. */
export function privateCertificate(dir: string, address: string): { authority: string; cert: string; key: string } {
  const path = (name: string) => join(dir, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    path('ca.key'),
    '-out',
    path('ca.pem'),
    '-days',
    '1',
    '-subj',
    '/CN=Rio',
  );
  openssl('req', ...curve, '-keyout', path('server.key'), '-out', path('server.csr'), '-subj', `/CN=${address}`);
  writeFileSync(path('extensions'), `subjectAltName=IP:${address}\n`);
  const by = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-extfile', path('extensions')];
  openssl('x509', '-req', '-in', path('server.csr'), '-out', path('server.pem'), '-days', '1', ...by);
  return { authority: path('ca.pem'), cert: path('server.pem'), key: path('server.key') };
}
