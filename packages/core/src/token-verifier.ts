import { ConfigurationError, isAuthError, TokenError } from './errors.ts';
import type { IssuerDirectory, TrustedIssuer } from './issuer-directory.ts';
import type { KeyRequest } from './keys/issuer-keys.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import type { ResolvedPolicy } from './resolve-issuer.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import type { Runtime, SignatureKey } from './runtime/runtime.ts';
import type { Counters } from './stats.ts';
import type { Timings } from './timings.ts';
import { type Algorithm, parseAlgorithm } from './token/algorithms.ts';
import { readClientId, validateClaims, validateTimes } from './token/claims.ts';
import { type CompactJws, parseCompactJws } from './token/compact-jws.ts';
import { HeaderCache } from './token/header-cache.ts';
import type { ProvenToken, Standing, TokenCache } from './token/token-cache.ts';
import {
  createVerifiedToken,
  deepFreeze,
  type JwsHeader,
  type TokenFacts,
  type VerifiedToken,
} from './token/verified-token.ts';

/** How one token is to be verified. */
export interface VerifyMode {
  /** Checks the signature off the calling thread, where the runtime can. */
  readonly inParallel?: boolean;
  /** Nobody can wait for the result. */
  readonly isSync?: boolean;
  readonly waitUntil?: KeyRequest['waitUntil'];
  /** Where it is noted which trusted issuer the token named. */
  readonly seen: { issuer: string | undefined };
}

/** Everything that judging a token needs. */
export interface TokenVerifierParts {
  readonly options: ResolvedOptions;
  readonly directory: IssuerDirectory;
  readonly tokens: TokenCache | undefined;
  readonly counters: Counters;
  readonly timings: Timings;
  readonly runtime: Runtime;
}

/** Judges tokens: from the text to what is proved of it. Throws or rejects with an AuthError. */
export interface TokenVerifier {
  verify(token: string, mode: VerifyMode): MaybePromise<VerifiedToken>;
}

/** Makes the line of steps that every token of a verifier goes through. */
export function createTokenVerifier(parts: TokenVerifierParts): TokenVerifier {
  return new StepwiseVerifier(parts);
}

interface Located {
  readonly issuer: TrustedIssuer;
  readonly algorithm: Algorithm;
  readonly key: ProvenToken['key'];
  readonly signatureKey: SignatureKey;
}

class StepwiseVerifier implements TokenVerifier {
  readonly #parts: TokenVerifierParts;
  readonly #headers: HeaderCache = new HeaderCache();

  constructor(parts: TokenVerifierParts) {
    this.#parts = parts;
  }

  verify(token: string, mode: VerifyMode): MaybePromise<VerifiedToken> {
    const { options, tokens, runtime, counters } = this.#parts;
    if (token.length > options.maxTokenSize) {
      throw new TokenError('ERR_TOKEN_TOO_LARGE', `The token is longer than ${options.maxTokenSize} characters`);
    }
    if (tokens === undefined) return this.#prove(token, undefined, mode);
    return andThen(runtime.digest(token), (digest) => {
      const proven = tokens.get(digest);
      const issuer = proven && this.#issuerIfStillProven(proven, mode);
      if (proven === undefined || issuer === undefined) return this.#prove(token, digest, mode);
      counters.hits += 1;
      mode.seen.issuer = issuer.issuer;
      return this.#lastWord(this.#admit(token, proven, issuer), mode);
    });
  }

  // Anything but the same issuer, algorithm and key sends the token through every step again.
  #issuerIfStillProven(proven: ProvenToken, { waitUntil }: VerifyMode): TrustedIssuer | undefined {
    const { header, claims, algorithm, key, owner } = proven;
    const issuer = this.#parts.directory.findNow(claims['iss']);
    if (issuer?.entry !== owner) return undefined;
    const { algorithms: accepted } = issuer.policy;
    if (!accepted.accepts(algorithm)) return undefined;
    const found = issuer.entry.keys.findNow({ kid: header.kid, algorithm, accepted, waitUntil });
    return found === key ? issuer : undefined;
  }

  #prove(token: string, digest: string | undefined, mode: VerifyMode): MaybePromise<VerifiedToken> {
    const { directory, runtime, counters, timings } = this.#parts;
    counters.misses += 1;
    const jws = parseCompactJws(token, runtime, this.#headers);
    const located = andThen(directory.find(jws.claims['iss']), (issuer) => this.#locateKey(jws.header, issuer, mode));
    const proven = andThen(located, (at) => andThen(checkSignature(jws, at, mode, timings), () => at));
    return andThen(proven, ({ issuer, key, algorithm }) => {
      const { encodedHeader, header, claims } = jws;
      const facts: ProvenToken = {
        owner: issuer.entry,
        key,
        algorithm,
        header: deepFreeze(header),
        claims: deepFreeze(claims),
      };
      this.#headers.set(encodedHeader, facts.header);
      const verified = this.#admit(token, facts, issuer);
      if (digest !== undefined) this.#parts.tokens?.set(digest, facts);
      return this.#lastWord(verified, mode);
    });
  }

  #locateKey(header: JwsHeader, issuer: TrustedIssuer, { waitUntil, seen }: VerifyMode): MaybePromise<Located> {
    seen.issuer = issuer.issuer;
    const { algorithms: accepted } = issuer.policy;
    const algorithm = parseAlgorithm(header.alg);
    if (algorithm === undefined || !accepted.accepts(algorithm)) {
      throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The signature algorithm of the token is not accepted here');
    }
    return andThen(issuer.entry.keys.find({ kid: header.kid, algorithm, accepted, waitUntil }), (key) =>
      andThen(key.import(algorithm), (signatureKey) => {
        if (signatureKey !== undefined) return { issuer, algorithm, key, signatureKey };
        throw new TokenError('ERR_KEY_NOT_FOUND', 'The key that the token names is not usable');
      }),
    );
  }

  #admit(token: string, proven: ProvenToken, { policy, entry }: TrustedIssuer): VerifiedToken {
    if (proven.standing?.policy !== policy) proven.standing = standingOf(proven, policy);
    const { facts } = proven.standing;
    try {
      validateTimes(facts.claims, policy, Math.floor(this.#parts.options.clock.now()));
    } catch (error) {
      if (isAuthError(error) && error.code === 'ERR_TOKEN_NOT_YET_VALID') entry.suspectClockSkew();
      throw error;
    }
    return createVerifiedToken(token, facts);
  }

  #lastWord(token: VerifiedToken, { isSync }: VerifyMode): MaybePromise<VerifiedToken> {
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
function standingOf({ header, claims }: ProvenToken, policy: ResolvedPolicy): Standing {
  validateClaims(header, claims, policy);
  const facts: TokenFacts = {
    header,
    claims,
    clientId: readClientId(claims),
    scopes: policy.readScopes(claims),
    roles: policy.readRoles(claims),
    permissions: policy.readPermissions(claims),
    groups: policy.readGroups(claims),
  };
  return { policy, facts };
}

function checkSignature(
  jws: CompactJws,
  { signatureKey }: Located,
  { inParallel }: VerifyMode,
  timings: Timings,
): MaybePromise<void> {
  const { signingInput, signature } = jws;
  const startedAt = timings.checkStarted();
  const check =
    inParallel === true
      ? signatureKey.verifyInParallel(signingInput, signature)
      : signatureKey.verify(signingInput, signature);
  return andThen(check, (holds) => {
    timings.checkEnded(startedAt);
    if (!holds) throw new TokenError('ERR_SIGNATURE_INVALID', 'The signature of the token does not hold');
  });
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
