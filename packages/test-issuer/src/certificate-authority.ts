import { generate } from 'selfsigned';
import type { TlsIdentity } from './options.ts';

/** What a certificate says that differs from a good one for loopback. */
export interface CertificateOptions {
  /** The host it is for; 127.0.0.1 and localhost unless given. */
  readonly host?: string;
  /** Whether its time is over. */
  readonly expired?: boolean;
}

/** An authority that nobody trusts unless told to. */
export interface CertificateAuthority {
  /** Its own certificate as PEM: what a client has to trust. */
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

/** Makes an authority, with keys of its own. */
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
