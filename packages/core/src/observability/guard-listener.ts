import type { AnyAuthError } from '../errors.ts';

/** Counts the decisions of the guards that authorize the tokens of a verifier. */
export interface GuardListener {
  /** @param issuer - The issuer of the accepted token; undefined for an anonymous request. */
  denied(error: AnyAuthError, issuer: string | undefined): void;
  /** A token met the requirements of a route. */
  granted(): void;
}

// A registered symbol: the guard and the verifier may be from two copies of this package.
const guardListener: unique symbol = Symbol.for('@verifier/core/guard-listener');

interface Listening {
  readonly [guardListener]?: GuardListener;
}

/** Sets the listener to the guards of a verifier. */
export function listenToGuards(verifier: object, listener: GuardListener): void {
  Object.defineProperty(verifier, guardListener, { value: listener });
}

/** Returns the listener to the guards of a verifier; undefined if the verifier is the application's own. */
export function guardListenerOf(verifier: object): GuardListener | undefined {
  const listening: Listening = verifier;
  return listening[guardListener];
}
