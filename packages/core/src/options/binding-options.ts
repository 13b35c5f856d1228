/** Remembers the identifiers of proofs, so that each proof is accepted once (RFC 9449, section 11.1). */
export interface ReplayStore {
  /**
   * Claims an identifier. Must be atomic: of several calls with one identifier, at the same time and in any process, one
   * alone returns true.
   *
   * @param id - 43 characters of base64url.
   * @param seconds - The time for which the identifier must be remembered.
   * @returns Whether the identifier was not claimed before.
   */
  claim(id: string, seconds: number): boolean | Promise<boolean>;
}

/** The nonces of DPoP proofs (RFC 9449, sections 8 and 9). */
export interface DpopNonceOptions {
  /**
   * A secret of at least 32 characters or bytes, the same in every process of the API. In a list, the first one creates
   * nonces and all are accepted, so that you can replace a secret without a refused request.
   */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[];
  /**
   * The time after which a new nonce is sent; an older one is accepted for two to three times as long. In seconds, from 10 to
   * 600.
   *
   * @default 60
   */
  readonly rotation?: number;
}

/** A header in which a proxy names the certificate of the client. */
export interface ClientCertificateHeader {
  /** The name of the header, such as `client-cert`. */
  readonly header: string;
  /**
   * The form of the header: `rfc9440` (RFC 9440), `xfcc` (Envoy), a certificate in PEM or base64, or the SHA-256 of the
   * certificate.
   */
  readonly format: 'rfc9440' | 'xfcc' | 'pem-urlencoded' | 'pem' | 'base64-der' | 'sha256-hex' | 'sha256-base64';
  /**
   * The addresses and ranges of the proxy, or a function of the address of the sender. A request from elsewhere has no
   * certificate. On a runtime without addresses, write `() => true` if nothing but the proxy reaches the server.
   */
  readonly trustedProxy: readonly string[] | ((address: string | undefined) => boolean);
  /** A header in which the proxy says whether it verified the certificate: `true` or `SUCCESS`. */
  readonly verified?: string;
}
