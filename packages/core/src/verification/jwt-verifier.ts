import { ConfigurationError, isAuthError, TokenError } from '../errors.ts';
import type { AcceptedClaims, TokenCache, VerifiedJws } from '../issuers/token-cache.ts';
import type { TrustedIssuer } from '../issuers/trusted-issuers.ts';
import type { KeySet } from '../keys/key-set.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { Counters } from '../observability/stats.ts';
import type { ResolvedPolicy } from '../options/resolve-issuer.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import { checkSyntax } from '../request/credentials.ts';
import { readClientId, validateClaims, validateTimes } from '../token/claims.ts';
import type { ExpectedIdToken } from '../token/id-token.ts';
import { createVerifiedToken, type VerifiedToken } from '../token/verified-token.ts';
import { admitIdToken } from './id-token-verifier.ts';
import { SignatureVerifier, type SignatureVerifierParts, type VerificationContext } from './signature-verifier.ts';

/** Everything that judging a token needs. */
export interface TokenVerifierParts extends SignatureVerifierParts {
  readonly options: ResolvedOptions;
  readonly tokens: TokenCache | undefined;
  readonly counters: Counters;
}

/** Judges tokens: from the text to what is proved of it. Throws or rejects with an AuthError. */
export interface TokenVerifier {
  verify(token: string, mode: VerificationContext): MaybePromise<VerifiedToken>;
  verifyIdToken(token: string, expected: ExpectedIdToken, mode: VerificationContext): MaybePromise<VerifiedToken>;
}

/** Makes the line of steps that every token of a verifier goes through. */
export function createTokenVerifier(parts: TokenVerifierParts): TokenVerifier {
  return new StepwiseVerifier(parts);
}

class StepwiseVerifier implements TokenVerifier {
  readonly #parts: TokenVerifierParts;
  readonly #prover: SignatureVerifier;

  constructor(parts: TokenVerifierParts) {
    this.#parts = parts;
    this.#prover = new SignatureVerifier(parts);
  }

  verify(token: string, mode: VerificationContext): MaybePromise<VerifiedToken> {
    const { tokens, runtime, counters } = this.#parts;
    this.#prover.checkSize(token);
    if (tokens === undefined) return this.#proveAndAdmit(token, undefined, mode);
    return andThen(runtime.digest(token), (digest) => {
      const proven = tokens.get(digest);
      const issuer = proven && this.#issuerIfStillProven(digest, proven, mode);
      if (proven === undefined || issuer === undefined) return this.#proveAndAdmit(token, digest, mode);
      counters.hits += 1;
      mode.issuer = issuer.issuer;
      return this.#lastWord(this.#admit(token, proven, issuer), mode);
    });
  }

  // What is remembered of access tokens plays no part: an ID token is read once, when somebody signs in.
  verifyIdToken(token: string, expected: ExpectedIdToken, mode: VerificationContext): MaybePromise<VerifiedToken> {
    const { options, runtime } = this.#parts;
    this.#prover.checkSize(token);
    return andThen(this.#prover.prove(token, mode), ({ issuer, proven }) =>
      admitIdToken(token, proven, issuer, { expected, runtime, now: Math.floor(options.clock.now()) }),
    );
  }

  // Anything but the same issuer, algorithm and key sends the token through every step again.
  #issuerIfStillProven(
    digest: string,
    proven: VerifiedJws,
    { waitUntil }: VerificationContext,
  ): TrustedIssuer | undefined {
    const issuer = this.#parts.directory.findNow(proven.claims['iss']);
    if (issuer === undefined || issuer.entry !== proven.owner) return undefined;
    const keySet = issuer.entry.keys.keySetNow(waitUntil);
    if (keySet === undefined) return undefined;
    if (givesKey(keySet, proven, issuer.policy)) return issuer;
    if (!keySet.keys.includes(proven.key)) this.#parts.tokens?.delete(digest);
    return undefined;
  }

  #proveAndAdmit(token: string, digest: string | undefined, mode: VerificationContext): MaybePromise<VerifiedToken> {
    // What was proved before has the form of a token; only what was not is asked for it.
    if (mode.isCredential === true) checkSyntax(token);
    this.#parts.counters.misses += 1;
    return andThen(this.#prover.prove(token, mode), ({ issuer, proven }) => {
      const verified = this.#admit(token, proven, issuer);
      if (digest !== undefined) this.#parts.tokens?.set(digest, proven);
      return this.#lastWord(verified, mode);
    });
  }

  #admit(token: string, proven: VerifiedJws, { policy, entry }: TrustedIssuer): VerifiedToken {
    if (proven.standing?.policy !== policy) proven.standing = standingOf(proven, policy);
    const { standing } = proven;
    try {
      validateTimes(standing.claims, policy, Math.floor(this.#parts.options.clock.now()));
    } catch (error) {
      if (isAuthError(error) && error.code === 'ERR_TOKEN_NOT_YET_VALID') entry.suspectClockSkew();
      throw error;
    }
    return createVerifiedToken(token, standing);
  }

  #lastWord(token: VerifiedToken, { isSync }: VerificationContext): MaybePromise<VerifiedToken> {
    const { validate } = this.#parts.options.hooks;
    if (validate === undefined) return token;
    const verdict = settled(validate(token));
    if (isSync === true && verdict instanceof Promise) throw validateWaits(verdict);
    return andThen(verdict, (objection) => {
      if (typeof objection !== 'string') return token;
      throw new TokenError('ERR_TOKEN_REJECTED', `The token was rejected: ${objection}`);
    });
  }
}

// A policy is fixed when it is made, and so is what it makes of a token but for the time.
function standingOf({ header, claims }: VerifiedJws, policy: ResolvedPolicy): AcceptedClaims {
  validateClaims(header, claims, policy);
  return {
    policy,
    keySet: undefined,
    header,
    claims,
    clientId: readClientId(claims),
    scopes: policy.readScopes(claims),
    roles: policy.readRoles(claims),
    permissions: policy.readPermissions(claims),
    groups: policy.readGroups(claims),
  };
}

// The answer stays the same while policy and key set do, and on most requests they do.
function givesKey(keySet: KeySet, { header, algorithm, key, standing }: VerifiedJws, policy: ResolvedPolicy): boolean {
  const isSamePolicy = standing?.policy === policy;
  if (isSamePolicy && standing.keySet === keySet) return true;
  const { algorithms: accepted } = policy;
  if (!accepted.accepts(algorithm) || keySet.select(header.kid, algorithm, accepted).key !== key) return false;
  if (isSamePolicy) standing.keySet = keySet;
  return true;
}

function validateWaits(verdict: Promise<unknown>): ConfigurationError {
  // Its answer comes too late for anybody, and so does its failure.
  verdict.catch(() => undefined);
  return new ConfigurationError('validate returns a promise, which verifySync cannot wait for: use verify');
}

// A function that users wrote may return a promise of another make.
function settled<TValue>(value: TValue | Promise<TValue>): MaybePromise<TValue> {
  const isPromise = typeof value === 'object' && value !== null && 'then' in value;
  return isPromise ? Promise.resolve(value) : value;
}
