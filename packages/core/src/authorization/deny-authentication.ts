import { AuthenticationError } from '../errors.ts';
import { defaultClockTolerance } from '../options/issuer-options.ts';
import { systemClock } from '../runtime/clock.ts';
import { type AcceptanceTerms, readAcceptanceTerms } from '../token/acceptance-terms.ts';
import { readClaim } from '../token/compact-jws.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import type { RequiredAuthentication } from './resolved-requirements.ts';

// For tokens that a verifier of the application made.
const defaultTerms: AcceptanceTerms = Object.freeze({
  clock: systemClock,
  policy: Object.freeze({ clockTolerance: defaultClockTolerance, acrLevels: undefined }),
});

/**
 * Compares the login of a token with the required one (RFC 9470), by the clock and the options of the verifier that accepted
 * the token. An absent claim does not meet a requirement.
 *
 * @param scope - All scopes of the route, for the challenge.
 * @returns The error to answer with, which names only what is not met; undefined if all is.
 */
export function denyAuthentication(
  token: VerifiedToken,
  { acr, maxAge }: RequiredAuthentication,
  scope: readonly string[],
): AuthenticationError | undefined {
  const terms = readAcceptanceTerms(token) ?? defaultTerms;
  const acrFault = acr && faultOfAcr(readClaim(token.claims, 'acr'), acr, terms);
  const ageFault = maxAge === undefined ? undefined : faultOfAge(readClaim(token.claims, 'auth_time'), maxAge, terms);
  const faults = [acrFault, ageFault].filter((fault) => fault !== undefined);
  if (faults.length === 0) return undefined;
  return new AuthenticationError(`The login of the token does not meet this route: ${faults.join(', and ')}`, {
    acrValues: acrFault === undefined ? [] : (acr ?? []),
    maxAge: ageFault === undefined ? undefined : maxAge,
    scope,
  });
}

function faultOfAcr(value: unknown, accepted: readonly string[], { policy }: AcceptanceTerms): string | undefined {
  if (typeof value !== 'string') return 'it has no "acr"';
  if (accepted.includes(value)) return undefined;
  const { acrLevels = [] } = policy;
  const level = acrLevels.indexOf(value);
  const isStronger = accepted.some((each) => acrLevels.includes(each) && acrLevels.indexOf(each) < level);
  return isStronger ? undefined : '"acr" is not an accepted value';
}

function faultOfAge(value: unknown, maxAge: number, { clock, policy }: AcceptanceTerms): string | undefined {
  if (typeof value !== 'number') return 'it has no "auth_time"';
  const age = Math.floor(clock.now()) - value;
  const { clockTolerance } = policy;
  if (age <= maxAge + clockTolerance && age >= -clockTolerance) return undefined;
  return age < 0 ? '"auth_time" is in the future' : 'the login is too long ago';
}
