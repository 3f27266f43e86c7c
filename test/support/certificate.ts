import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed certificate for this machine and for `cloud.example`. */
export interface Certificate extends Disposable {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The path of the certificate, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const file = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const names = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,DNS:cloud.example,IP:127.0.0.1,IP:0.0.0.0',
  ];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', file], { stdio: 'ignore' });
  return {
    cert: readFileSync(file),
    key: readFileSync(key),
    file,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
