import type { AnyAuthError } from '../errors.ts';

type DenialListener = (error: AnyAuthError, issuer: string | undefined) => void;

// A registered symbol: the guard and the verifier may be from two copies of this package.
const denialListener: unique symbol = Symbol.for('@verifier/core/denial-listener');

interface Listening {
  readonly [denialListener]?: DenialListener;
}

/** Sets the function that counts and publishes the denials by the guards of a verifier. */
export function listenToDenials(verifier: object, listener: DenialListener): void {
  Object.defineProperty(verifier, denialListener, { value: listener });
}

/**
 * Counts and publishes the denial of a guard, unless the verifier is the application's own.
 *
 * @param issuer - The issuer of the accepted token; undefined for an anonymous request.
 */
export function publishDenial(verifier: object, error: AnyAuthError, issuer: string | undefined): void {
  const listening: Listening = verifier;
  listening[denialListener]?.(error, issuer);
}
