import { TokenError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { ResolvedIssuer, ResolvedPolicy } from '../options/resolve-issuer.ts';
import type { IssuerEntry } from './issuer-entry.ts';
import type { EntryLease } from './process-core.ts';

/** An issuer whose tokens are accepted, and what is demanded of them. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly policy: ResolvedPolicy;
  readonly entry: IssuerEntry;
}

/** The issuers that a verifier trusts. */
export interface TrustedIssuers {
  /**
   * The issuer that an unverified `iss` selects.
   *
   * @throws TokenError where it is not trusted; UnavailableError where that could not be found out.
   */
  find(iss: unknown): MaybePromise<TrustedIssuer>;
  /** The same, but only what is known already. */
  findNow(iss: unknown): TrustedIssuer | undefined;
  /** Those known by now: all of them, where they are configured by name. */
  known(): readonly TrustedIssuer[];
  /** Forgets what a resolver decided. */
  clear(issuer?: string): void;
  close(): Promise<void>;
}

/** Takes hold of an issuer's entry on behalf of a verifier. */
export type AcquireEntry = (issuer: ResolvedIssuer) => EntryLease;

/** The directory of issuers that are configured by name. */
export function createFixedIssuers(issuers: readonly ResolvedIssuer[], hold: AcquireEntry): TrustedIssuers {
  const trusted = takeAll(issuers, hold);
  const findNow = (iss: unknown): TrustedIssuer | undefined => trusted.get(iss as string);
  return {
    find: (iss) => findNow(iss) ?? refuse(iss),
    findNow,
    known: () => [...trusted.values()],
    clear: () => undefined,
    close: async () => void (await Promise.all([...trusted.values()].map((issuer) => issuer.release()))),
  };
}

/** Refuses an issuer that is not trusted. */
export function refuse(iss: unknown): never {
  const reason = iss === undefined ? 'missing' : typeof iss === 'string' ? 'mismatch' : 'invalid';
  throw new TokenError('ERR_ISSUER_UNKNOWN', 'The token was not issued by an issuer that is trusted here', {
    claim: 'iss',
    reason,
  });
}

// Either all of them are held in the end, or none.
function takeAll(issuers: readonly ResolvedIssuer[], hold: AcquireEntry): Map<string, ReturnType<typeof take>> {
  const taken = new Map<string, ReturnType<typeof take>>();
  try {
    for (const issuer of issuers) taken.set(issuer.issuer, take(issuer, hold));
    return taken;
  } catch (error) {
    for (const { release } of taken.values()) void release();
    throw error;
  }
}

function take(issuer: ResolvedIssuer, hold: AcquireEntry): TrustedIssuer & { readonly release: () => Promise<void> } {
  const { entry, release } = hold(issuer);
  return { issuer: issuer.issuer, policy: issuer.policy, entry, release };
}
