import { invalidFault } from './claim-faults.ts';

/** The key that a token is bound to (RFC 7800, section 3.1). */
export interface Confirmation {
  /** The SHA-256 thumbprint of a JWK (RFC 9449, section 6.1). */
  readonly jkt?: string;
  /** The SHA-256 thumbprint of a certificate: `x5t#S256` (RFC 8705, section 3.1). */
  readonly x5t?: string;
}

/**
 * Reads the key that a token is bound to from the value of `cnf`.
 *
 * @returns undefined if the token is not bound. A thumbprint that is not a string is left out, and the token still counts
 *   as bound.
 * @throws TokenError if `cnf` is not an object.
 */
export function readConfirmation(cnf: unknown): Confirmation | undefined {
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) throw invalidFault('cnf');
  if (!Object.hasOwn(cnf, 'jkt') && !Object.hasOwn(cnf, 'x5t#S256')) return undefined;
  const { jkt, 'x5t#S256': x5t } = cnf as Readonly<Record<string, unknown>>;
  return Object.freeze({
    ...(typeof jkt === 'string' ? { jkt } : {}),
    ...(typeof x5t === 'string' ? { x5t } : {}),
  });
}
