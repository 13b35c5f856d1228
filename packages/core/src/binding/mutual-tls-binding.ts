import { ConfigurationError } from '../errors.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { ClientCertificateHeader } from '../options/binding-options.ts';
import type { ResolvedMtls } from '../options/mtls-options.ts';
import type { RequestLike } from '../request/request.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { CertificateVerifier } from './mutual-tls/certificate-verifier.ts';

type MtlsRuntime = Pick<Runtime, 'hashBytes' | 'addressMatcher'>;
type Trust = (address: string | undefined) => boolean;

/** Requires the client certificate that a token is bound to by `x5t#S256` (RFC 8705, section 3). */
export class MutualTlsBinding {
  readonly #options: ResolvedMtls;
  readonly #runtime: MtlsRuntime;
  readonly #isTrusted: Trust;
  #verifier: CertificateVerifier | undefined;

  /** @throws ConfigurationError if `trustedProxy` cannot be used. */
  constructor(options: ResolvedMtls, runtime: MtlsRuntime) {
    const { certificate } = options;
    this.#options = options;
    this.#runtime = runtime;
    this.#isTrusted = typeof certificate === 'object' ? trustOf(certificate, runtime) : () => true;
    // Loads the module before the first request. An error shows at the first request.
    this.#load().catch(() => undefined);
  }

  /** Whether every token must be bound. */
  get isRequired(): boolean {
    return this.#options.require;
  }

  /**
   * @param expected - The claim `x5t#S256`.
   * @throws TokenError or RequestError unless the client has that certificate; ConfigurationError if the connection is not
   *   one of TLS. May also reject.
   */
  verify(expected: string, request: RequestLike): MaybePromise<void> {
    return andThen(this.#verifier ?? this.#load(), (verifier) => verifier.verify(expected, request));
  }

  // Each caller imports for itself: on Workers, a request must not await the promise of another one.
  async #load(): Promise<CertificateVerifier> {
    const { CertificateVerifier: Verifier } = await import('./mutual-tls/certificate-verifier.ts');
    this.#verifier ??= new Verifier({
      certificate: this.#options.certificate,
      isTrusted: this.#isTrusted,
      runtime: this.#runtime,
    });
    return this.#verifier;
  }
}

function trustOf({ trustedProxy }: ClientCertificateHeader, runtime: MtlsRuntime): Trust {
  if (typeof trustedProxy === 'function') return (address) => trustedProxy(address) === true;
  const matches = runtime.addressMatcher?.(trustedProxy, (entry) => {
    throw new ConfigurationError(`mtls.certificate.trustedProxy contains '${entry}', which is no address and no range`);
  });
  if (matches === undefined) {
    throw new ConfigurationError(
      'mtls.certificate.trustedProxy must be a function here: this runtime does not show the address of the proxy',
    );
  }
  return (address) => address !== undefined && matches(address);
}
