import type { TokenBinding } from '../binding/token-binding.ts';
import { isAuthError } from '../errors.ts';
import type { AcceptedClaims, TokenCache, VerifiedJws } from '../issuers/token-cache.ts';
import type { TrustedIssuer, TrustedIssuers } from '../issuers/trusted-issuers.ts';
import type { KeySet } from '../keys/key-set.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import { attributeTo } from '../observability/error-issuer.ts';
import type { VerificationMetrics } from '../observability/verification-metrics.ts';
import type { ResolvedPolicy } from '../options/resolve-issuer.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import { type Credentials, hasTokenSyntax, malformedCredentials } from '../request/credentials.ts';
import { withNonce } from '../request/error-scheme.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { readClientId, validateClaims, validateTimes } from '../token/claims.ts';
import { readClaim } from '../token/compact-jws.ts';
import { readConfirmation } from '../token/confirmation.ts';
import { FrozenToken } from '../token/frozen-token.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { acceptToken } from './accept-token.ts';
import type { SignatureVerifier, SignedToken } from './signature-verifier.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { VerificationContext } from './verification-context.ts';

/** The collaborators of a {@link JwtVerifier}. */
export interface JwtVerifierParts {
  readonly options: Pick<ResolvedOptions, 'clock' | 'hooks'>;
  readonly issuers: TrustedIssuers;
  readonly signatures: SignatureVerifier;
  /** Undefined if the application turned the cache off. */
  readonly tokens: TokenCache | undefined;
  readonly metrics: VerificationMetrics;
  readonly runtime: Pick<Runtime, 'digest'>;
  /** Undefined if no proof of possession is verified. */
  readonly binding: TokenBinding | undefined;
}

// Two clock reads for every cached token would cost measurable time.
const hitsPerSample = 64;

/**
 * Verifies JWT access tokens in this order: token cache, else signature; then claims, binding, `validate`, requirements.
 * The token cache replaces the signature only: every later step runs on every request.
 */
export class JwtVerifier implements TokenVerifier {
  readonly #parts: JwtVerifierParts;

  constructor(parts: JwtVerifierParts) {
    this.#parts = parts;
  }

  verify(credentials: Credentials, context: VerificationContext): MaybePromise<VerifiedToken> {
    const { tokens, runtime, metrics, options } = this.#parts;
    context.trace?.hasCredentials(credentials.scheme);
    if (tokens === undefined) return this.#verifyUnseen(credentials, context, undefined);
    const isSample = metrics.counters.hits % hitsPerSample === 0;
    const startedAt = isSample ? options.clock.monotonic() : undefined;
    const digest = runtime.digest(credentials.token);
    if (!(digest instanceof Promise)) return this.#verifyByDigest(credentials, context, digest, startedAt);
    return digest.then((text) => this.#verifyByDigest(credentials, context, text, startedAt));
  }

  #verifyByDigest(
    credentials: Credentials,
    context: VerificationContext,
    digest: string,
    startedAt: number | undefined,
  ): MaybePromise<VerifiedToken> {
    const { tokens, metrics } = this.#parts;
    const jws = tokens?.get(digest);
    const trusted = jws === undefined ? undefined : this.#findSigner(jws, context, digest);
    if (jws === undefined || trusted === undefined) return this.#verifyUnseen(credentials, context, digest);
    metrics.counters.hits += 1;
    context.trace?.isCached();
    if (startedAt === undefined) return this.#acceptSeen(credentials, context, digest, { jws, trusted });
    return metrics.measure('cached', startedAt, () => this.#acceptSeen(credentials, context, digest, { jws, trusted }));
  }

  #acceptSeen(
    credentials: Credentials,
    context: VerificationContext,
    digest: string,
    { jws, trusted }: Pick<SignedToken, 'jws' | 'trusted'>,
  ): MaybePromise<VerifiedToken> {
    const { binding, options } = this.#parts;
    const token = new FrozenToken(credentials, this.#acceptClaims(jws, trusted));
    if (binding !== undefined) return this.#acceptBound(token, digest, context, binding);
    return acceptToken(token, options.hooks.validate, context);
  }

  // A cached token is verified again if its issuer, algorithm or key is no longer the accepted one.
  #findSigner(jws: VerifiedJws, { waitUntil }: VerificationContext, digest: string): TrustedIssuer | undefined {
    const { issuers, tokens } = this.#parts;
    const trusted = issuers.findNow(readClaim(jws.claims, 'iss'));
    if (trusted === undefined || trusted.entry !== jws.owner) return undefined;
    const keySet = trusted.entry.keys.keySetNow(waitUntil);
    if (keySet === undefined) return undefined;
    if (isSignedBy(keySet, jws, trusted.policy)) return trusted;
    if (!keySet.keys.includes(jws.key)) tokens?.delete(digest);
    return undefined;
  }

  #verifyUnseen(
    credentials: Credentials,
    context: VerificationContext,
    digest: string | undefined,
  ): MaybePromise<VerifiedToken> {
    const { metrics, options } = this.#parts;
    metrics.counters.misses += 1;
    const startedAt = options.clock.monotonic();
    return metrics.measure('uncached', startedAt, () => this.#verifySigned(credentials, context, digest));
  }

  #verifySigned(
    credentials: Credentials,
    context: VerificationContext,
    digest: string | undefined,
  ): MaybePromise<VerifiedToken> {
    const { binding, options, tokens } = this.#parts;
    const acceptSigned = ({ trusted, jws, keySet }: SignedToken): MaybePromise<VerifiedToken> => {
      const accepted = this.#acceptClaims(jws, trusted);
      accepted.keySet = keySet;
      if (digest !== undefined) tokens?.set(digest, jws);
      const token = new FrozenToken(credentials, accepted);
      if (binding !== undefined) return this.#acceptBound(token, digest, context, binding);
      return acceptToken(token, options.hooks.validate, context);
    };
    const signed = this.#verifySignature(credentials, context);
    return signed instanceof Promise ? signed.then(acceptSigned) : acceptSigned(signed);
  }

  // Parsing is synchronous, so that its error is thrown and never rejected.
  #verifySignature(credentials: Credentials, context: VerificationContext): MaybePromise<SignedToken> {
    try {
      return this.#parts.signatures.verify(credentials.token, context);
    } catch (error) {
      const isUnparsed = isAuthError(error) && error.code === 'ERR_TOKEN_MALFORMED';
      throw isUnparsed && context.request !== undefined && !hasTokenSyntax(credentials)
        ? malformedCredentials(this.#parts.options.hooks.getToken === undefined)
        : error;
    }
  }

  #acceptBound(
    token: VerifiedToken,
    digest: string | undefined,
    context: VerificationContext,
    binding: TokenBinding,
  ): MaybePromise<VerifiedToken> {
    const { validate } = this.#parts.options.hooks;
    return andThen(verifyBinding(binding, token, digest, context), () =>
      withNonce(binding.headersOf(token)?.['DPoP-Nonce'], () => acceptToken(token, validate, context, true)),
    );
  }

  #acceptClaims(jws: VerifiedJws, { policy, entry, issuer }: TrustedIssuer): AcceptedClaims {
    const { clock } = this.#parts.options;
    try {
      if (jws.accepted?.policy !== policy) jws.accepted = acceptClaims(jws, policy, clock);
      validateTimes(jws.accepted.claims, policy, Math.floor(clock.now()));
      return jws.accepted;
    } catch (error) {
      if (isAuthError(error) && error.code === 'ERR_TOKEN_NOT_YET_VALID') entry.suspectClockSkew();
      throw attributeTo(issuer, error);
    }
  }
}

function verifyBinding(
  binding: TokenBinding,
  token: VerifiedToken,
  digest: string | undefined,
  { request }: VerificationContext,
): MaybePromise<void> {
  const attributed = (error: unknown): never => {
    throw attributeTo(token.issuer, error);
  };
  try {
    const verified = binding.verify(token, digest, request);
    return verified instanceof Promise ? verified.catch(attributed) : verified;
  } catch (error) {
    return attributed(error);
  }
}

// Cached with the token: a policy never changes and has one clock, and the result depends on the token and the policy only.
function acceptClaims({ header, claims }: VerifiedJws, policy: ResolvedPolicy, clock: Clock): AcceptedClaims {
  validateClaims(header, claims, policy);
  return {
    policy,
    terms: { clock, policy },
    keySet: undefined,
    header,
    claims,
    confirmation: Object.hasOwn(claims, 'cnf') ? readConfirmation(claims['cnf']) : undefined,
    clientId: readClientId(claims),
    scopes: policy.readScopes(claims),
    roles: policy.readRoles(claims),
    permissions: policy.readPermissions(claims),
    groups: policy.readGroups(claims),
  };
}

// Cached for the last policy and key set: on most requests both are unchanged.
function isSignedBy(
  keySet: KeySet,
  { header, algorithm, key, accepted }: VerifiedJws,
  policy: ResolvedPolicy,
): boolean {
  const isSamePolicy = accepted?.policy === policy;
  if (isSamePolicy && accepted.keySet === keySet) return true;
  const { algorithms } = policy;
  if (!algorithms.byName.has(algorithm) || keySet.select(header, algorithm, algorithms).key !== key) return false;
  if (isSamePolicy) accepted.keySet = keySet;
  return true;
}
