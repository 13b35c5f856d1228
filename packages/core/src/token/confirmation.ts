import { invalidFault } from './claim-faults.ts';

/** The key that a token is bound to (RFC 7800, section 3.1). Empty if the token names it in another way. */
export interface Confirmation {
  /** The SHA-256 thumbprint of a JWK (RFC 9449, section 6.1). */
  readonly jkt?: string;
  /** The SHA-256 thumbprint of a certificate: `x5t#S256` (RFC 8705, section 3.1). */
  readonly x5t?: string;
}

// The members that name a key: RFC 7800, sections 3.2 to 3.5; RFC 8705, section 3.1; RFC 9449, section 6.1.
const keyMembers = ['jkt', 'x5t#S256', 'jwk', 'jwe', 'kid', 'jku'];

/**
 * Reads the key that a token is bound to from the value of `cnf`. Members that name no key are ignored (RFC 7800, section
 * 3.1).
 *
 * @returns undefined if the token is not bound, or if `cnf` is absent or null. A key that is not named by the thumbprint of
 *   a JWK or a certificate is left out, and so is a thumbprint that is not a string; the token still counts as bound.
 * @throws TokenError if `cnf` is not an object.
 */
export function readConfirmation(cnf: unknown): Confirmation | undefined {
  if (cnf === undefined || cnf === null) return undefined;
  if (typeof cnf !== 'object' || Array.isArray(cnf)) throw invalidFault('cnf');
  if (!keyMembers.some((name) => Object.hasOwn(cnf, name))) return undefined;
  const { jkt, 'x5t#S256': x5t } = cnf as Readonly<Record<string, unknown>>;
  return Object.freeze({
    ...(typeof jkt === 'string' ? { jkt } : {}),
    ...(typeof x5t === 'string' ? { x5t } : {}),
  });
}
