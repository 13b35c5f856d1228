import { TokenError } from '../errors.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { RequestLike } from '../request/request.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { denyUnprovedBinding } from './deny-unproved-binding.ts';
import type { DpopBinding } from './dpop-binding.ts';
import type { MutualTlsBinding } from './mutual-tls-binding.ts';
import type { TokenBinding } from './token-binding.ts';

/** The ways of proof that a verifier accepts; at least one. */
export interface KeyBindingParts {
  readonly dpop: DpopBinding | undefined;
  readonly mtls: MutualTlsBinding | undefined;
}

/** Verifies every binding of a token: to a key, to a certificate, or to both, which are independent. */
export class KeyBinding implements TokenBinding {
  readonly #parts: KeyBindingParts;

  constructor(parts: KeyBindingParts) {
    this.#parts = parts;
  }

  verify(token: VerifiedToken, digest: string | undefined, request: RequestLike | undefined): MaybePromise<void> {
    if (token.confirmation === undefined && token.scheme === 'Bearer') return this.#denyUnbound();
    if (request === undefined) throw denyUnprovedBinding();
    return andThen(this.#verifyCertificate(token, request), () => this.#verifyProof(token, digest, request));
  }

  headersOf(token: VerifiedToken): Readonly<Record<string, string>> | undefined {
    return this.#parts.dpop?.headersOf(token);
  }

  #denyUnbound(): void {
    const { dpop, mtls } = this.#parts;
    const option = dpop?.isRequired === true ? 'dpop.mode' : 'mtls.require';
    if (dpop?.isRequired !== true && mtls?.isRequired !== true) return;
    throw new TokenError('ERR_BINDING_REQUIRED', `The token is not bound to a key, which ${option} requires`);
  }

  #verifyCertificate(token: VerifiedToken, request: RequestLike): MaybePromise<void> {
    const { mtls } = this.#parts;
    const x5t = token.confirmation?.x5t;
    if (x5t === undefined) return;
    // A proof without a request has no connection.
    if (mtls === undefined || 'uri' in request) throw denyUnprovedBinding();
    return mtls.verify(x5t, request);
  }

  // A bearer token has no proof: the certificate must be its only binding.
  #verifyProof(token: VerifiedToken, digest: string | undefined, request: RequestLike): MaybePromise<void> {
    const { dpop } = this.#parts;
    const { confirmation, scheme } = token;
    if (scheme === 'DPoP' && dpop !== undefined) return dpop.verify(token, digest, request);
    const isVerified = confirmation?.x5t !== undefined && confirmation.jkt === undefined;
    if (!isVerified || dpop?.isRequired === true) throw denyUnprovedBinding();
  }
}
