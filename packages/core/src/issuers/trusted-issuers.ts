import { TokenError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { ResolvedIssuer, ResolvedPolicy } from '../options/resolve-issuer.ts';
import type { IssuerEntry } from './issuer-entry.ts';
import type { EntryLease } from './process-core.ts';

/** An issuer whose tokens are accepted, and the policy for its tokens. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly policy: ResolvedPolicy;
  readonly entry: IssuerEntry;
  /** Reports the first valid signature; undefined if the issuer is configured by name, or was confirmed before. */
  readonly confirm?: () => void;
  /** Reports a token without a valid signature; undefined as `confirm` is. */
  readonly reject?: () => void;
}

/** The issuers that a verifier trusts. */
export interface TrustedIssuers {
  /**
   * The trusted issuer that an unverified `iss` selects.
   *
   * @throws TokenError if it is not trusted; UnavailableError if the resolver failed.
   */
  find(iss: unknown): MaybePromise<TrustedIssuer>;
  /** The same without calling the resolver; undefined if unknown so far. */
  findNow(iss: unknown): TrustedIssuer | undefined;
  /** Every issuer known so far: all of them, if they are configured by name. */
  known(): readonly TrustedIssuer[];
  /** Discards the decisions of the resolver, for one issuer or for all. */
  clear(issuer?: string): void;
  close(): Promise<void>;
}

/** A verifier's lease of the entry of an issuer. */
export interface VerifierLease extends EntryLease {
  /** The issuer is configured by name, or signed a token: its events and warnings are published from now on. */
  confirm(): void;
}

/** Leases the entry of an issuer on behalf of a verifier. */
export type AcquireEntry = (issuer: ResolvedIssuer) => VerifierLease;

/** The error for an issuer that is not trusted. */
export function denyIssuer(iss: unknown): TokenError {
  const reason = iss === undefined ? 'missing' : typeof iss === 'string' ? 'mismatch' : 'invalid';
  return new TokenError('ERR_ISSUER_UNKNOWN', 'The token was not issued by an issuer that is trusted here', {
    claim: 'iss',
    reason,
  });
}
