import { encodeBase64url } from '../../crypto/base64url.ts';
import { isSameText } from '../../crypto/same-text.ts';
import { ConfigurationError, TokenError } from '../../errors.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ResolvedMtls } from '../../options/mtls-options.ts';
import type { ClientConnection, RequestLike } from '../../request/request.ts';
import type { CryptoRuntime } from '../../runtime/crypto-runtime.ts';
import { readCertificateHeader } from './certificate-header.ts';
import { fromHex, type PresentedCertificate } from './presented-certificate.ts';

/** The collaborators of a {@link CertificateVerifier}. */
export interface CertificateVerifierParts {
  readonly certificate: ResolvedMtls['certificate'];
  /** Whether the sender of a request may name the certificate of its client. */
  readonly isTrusted: (address: string | undefined) => boolean;
  readonly runtime: Pick<CryptoRuntime, 'hashBytes'>;
}

const thumbprint = /^[A-Za-z0-9_-]{43}$/;

/**
 * Verifies that the client of a token has the certificate that the token is bound to (RFC 8705, section 3). The certificate
 * is not validated: for the binding, the possession of its key in the TLS handshake is enough (section 2.2).
 */
export class CertificateVerifier {
  readonly #parts: CertificateVerifierParts;
  readonly #ofConnection: WeakMap<ClientConnection, string> = new WeakMap();

  constructor(parts: CertificateVerifierParts) {
    this.#parts = parts;
  }

  /**
   * @param expected - The claim `x5t#S256`.
   * @throws TokenError with ERR_BINDING_MISMATCH unless the certificate is the expected one. May also reject.
   */
  verify(expected: string, request: RequestLike): MaybePromise<void> {
    if (!thumbprint.test(expected)) throw mismatch('The thumbprint in the token is not a SHA-256 in base64url');
    return andThen(this.#thumbprint(request), (presented) => {
      if (presented === undefined) throw mismatch('The request has no client certificate');
      if (!isSameText(expected, presented)) throw mismatch('The token is bound to another certificate');
    });
  }

  #thumbprint(request: RequestLike): MaybePromise<string | undefined> {
    const { certificate, isTrusted } = this.#parts;
    if (certificate === 'tls') return this.#thumbprintOfConnection(request.connection);
    if (typeof certificate === 'function') return this.#hash(returnedDer(certificate(request)));
    if (!isTrusted(request.connection?.remoteAddress)) return undefined;
    return this.#hash(readCertificateHeader(request, certificate));
  }

  // Once for each connection: its certificate does not change.
  #thumbprintOfConnection(connection: ClientConnection | undefined): MaybePromise<string | undefined> {
    if (connection === undefined) throw noTls();
    const known = this.#ofConnection.get(connection);
    if (known !== undefined) return known;
    return andThen(this.#hash(certificateOf(connection)), (presented) => {
      if (presented !== undefined) this.#ofConnection.set(connection, presented);
      return presented;
    });
  }

  #hash(certificate: PresentedCertificate | undefined): MaybePromise<string | undefined> {
    if (certificate === undefined) return undefined;
    const { der, thumbprint: presented } = certificate;
    return der === undefined ? presented : andThen(this.#parts.runtime.hashBytes(der), encodeBase64url);
  }
}

function certificateOf(connection: ClientConnection): PresentedCertificate | undefined {
  const { tlsClientAuth } = connection;
  if (typeof tlsClientAuth === 'object' && tlsClientAuth !== null) {
    const { certPresented, certVerified, certFingerprintSHA256 = '' } = tlsClientAuth;
    return certPresented === '1' && certVerified === 'SUCCESS' ? fromHex(certFingerprintSHA256) : undefined;
  }
  if (typeof connection.getPeerX509Certificate !== 'function') {
    throw noTls();
  }
  return derOf(connection.getPeerX509Certificate()?.raw);
}

// JavaScript may return anything. A text would be hashed as it is, and never be the certificate.
function returnedDer(der: unknown): PresentedCertificate | undefined {
  if (der === undefined || der === null) return undefined;
  if (der instanceof Uint8Array) return derOf(der);
  throw new TypeError('mtls.certificate must return the DER of the certificate in a Uint8Array, or undefined');
}

function derOf(der: Uint8Array | undefined): PresentedCertificate | undefined {
  return der === undefined ? undefined : { der };
}

function noTls(): ConfigurationError {
  return new ConfigurationError(
    "mtls.certificate is 'tls', and the request came without TLS. Behind a proxy that ends TLS, name the header that it sends, such as nginx({ trustedProxy })",
  );
}

function mismatch(message: string): TokenError {
  return new TokenError('ERR_BINDING_MISMATCH', message, { claim: 'cnf', reason: 'mismatch' });
}
