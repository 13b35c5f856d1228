import { generate } from 'selfsigned';
import type { TlsIdentity } from './options.ts';

/** Options of a certificate; by default it is valid for loopback. */
export interface CertificateOptions {
  /** The host name; 127.0.0.1 and localhost by default. */
  readonly host?: string;
  /** Whether the certificate has expired; false by default. */
  readonly expired?: boolean;
}

/** A certificate authority for tests. */
export interface CertificateAuthority {
  /** Its certificate as PEM, for clients to trust. */
  readonly ca: string;
  issue(options?: CertificateOptions): Promise<TlsIdentity>;
}

const day = 86_400_000;

type AltNames = { type: 2 | 7; value?: string; ip?: string }[];

function namesFor(host: string | undefined): AltNames {
  if (host !== undefined) return [{ type: 2, value: host }];
  return [
    { type: 2, value: 'localhost' },
    { type: 7, ip: '127.0.0.1' },
  ];
}

/** Creates a certificate authority with a new key. */
export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  const root = await generate([{ name: 'commonName', value: 'Test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  return {
    ca: root.cert,
    issue: async ({ host, expired = false } = {}) => {
      const end = Date.now() + (expired ? -day : day);
      const { private: key, cert } = await generate([{ name: 'commonName', value: host ?? '127.0.0.1' }], {
        keyType: 'ec',
        algorithm: 'sha256',
        notBeforeDate: new Date(end - 2 * day),
        notAfterDate: new Date(end),
        ca: { key: root.private, cert: root.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'subjectAltName', altNames: namesFor(host) },
        ],
      });
      return { key, cert, ca: root.cert };
    },
  };
}
