import { isAnonymousAllowed } from './authorization/deny-access.ts';
import type { Requirements } from './authorization/requirements.ts';
import { noRequirements, resolveRequirements } from './authorization/resolve-requirements.ts';
import type { ResolvedRequirements } from './authorization/resolved-requirements.ts';
import { routeScopes } from './authorization/route-scopes.ts';
import type { TokenBinding } from './binding/token-binding.ts';
import { type AnyAuthError, isAuthError, UnavailableError } from './errors.ts';
import { MirroredMetadata } from './issuers/mirrored-metadata.ts';
import { sharedSignaturePool, warnOnce } from './issuers/process-core.ts';
import type { TokenCache } from './issuers/token-cache.ts';
import type { TrustedIssuers } from './issuers/trusted-issuers.ts';
import { warmUp } from './issuers/warm-up.ts';
import type { MaybePromise } from './lib/maybe-promise.ts';
import { settleAll } from './lib/settle-all.ts';
import { asError } from './lib/thrown-error.ts';
import { listenToGuards } from './observability/guard-listener.ts';
import { issuerStats, tokenCacheStats, type VerifierStats } from './observability/stats.ts';
import type { TimingMetrics } from './observability/timing-metrics.ts';
import type { VerificationMetrics } from './observability/verification-metrics.ts';
import { dpopWarnings, resourceWarnings } from './options/configuration-warnings.ts';
import type { ResolvedOptions } from './options/resolve-options.ts';
import { type Challenge, type ChallengeSettings, challengeFor } from './request/challenge.ts';
import { type CredentialsOptions, parseCredentials, readCredentials } from './request/credentials.ts';
import { withScheme } from './request/error-scheme.ts';
import { missingCredentials } from './request/preflight.ts';
import type { RequestLike } from './request/request.ts';
import { challengeParameters } from './resource/challenge-parameters.ts';
import { describeResource, type ProtectedResource } from './resource/protected-resource.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { ExpectedIdToken } from './token/id-token.ts';
import type { VerifiedToken } from './token/verified-token.ts';
import { closedError } from './verification/closed-error.ts';
import { type IdTokenVerifier, parseExpectedIdToken } from './verification/id-token-verifier.ts';
import { openVerification } from './verification/open-verification.ts';
import type { TokenVerifier } from './verification/token-verifier.ts';
import type { VerificationContext } from './verification/verification-context.ts';
import { resolveVerifyAllOptions, type VerifyAllOptions } from './verification/verify-all-options.ts';
import { parseVerifyOptions, type VerifyOptions } from './verification/verify-options.ts';
import type { AuthResult, OptionalVerifier } from './verifier.ts';

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

const bareToken = { request: undefined, waitUntil: undefined, inParallel: false, isSync: false };

/** A verifier that shares connections, keys, cached tokens and the queue of signatures with the others of its process. */
export class ProcessVerifier implements OptionalVerifier {
  readonly optional: boolean;
  readonly resource: ProtectedResource | undefined;
  readonly #options: ResolvedOptions;
  readonly #credentialsOptions: CredentialsOptions;
  readonly #binding: TokenBinding | undefined;
  readonly #challengeSettings: ChallengeSettings;
  readonly #issuers: TrustedIssuers;
  readonly #tokens: TokenCache | undefined;
  readonly #tokenVerifier: TokenVerifier;
  readonly #idTokenVerifier: IdTokenVerifier;
  readonly #metrics: VerificationMetrics;
  readonly #timings: TimingMetrics;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions, runtime: Runtime) {
    const verification = openVerification(options, runtime);
    const { issuers, tokens, binding, advertised, metrics, timings } = verification;
    this.optional = options.optional;
    this.resource =
      options.resource &&
      describeResource(options.resource, new MirroredMetadata(options, issuers).get, verification.metadata);
    const warnings = [...resourceWarnings(options.resource), ...dpopWarnings(options.dpop)];
    for (const { code, message } of warnings) warnOnce(runtime, message, code);
    this.#options = options;
    this.#credentialsOptions = {
      maxTokenSize: options.maxTokenSize,
      getToken: options.hooks.getToken,
      acceptsDpop: options.dpop !== undefined,
    };
    this.#binding = binding;
    this.#challengeSettings = { realm: options.realm, dpop: advertised };
    this.#issuers = issuers;
    this.#tokens = tokens;
    this.#timings = timings;
    this.#metrics = metrics;
    this.#tokenVerifier = verification.tokenVerifier;
    this.#idTokenVerifier = verification.idTokenVerifier;
    listenToGuards(this, metrics.guardListener());
  }

  async verify(token: string, options?: VerifyOptions): Promise<VerifiedToken> {
    const { requirements, request } = parseVerifyOptions(options);
    const context = { ...this.#bareContext(resolveRequirements(requirements, 'verify')), request };
    return this.#metrics.outcome(() => this.#verify(token, context), context);
  }

  verifySync(token: string, requirements?: Requirements): VerifiedToken {
    const context = { ...this.#bareContext(resolveRequirements(requirements, 'verifySync')), isSync: true };
    const result = this.#metrics.outcome(() => {
      const verified = this.#verify(token, context);
      if (!(verified instanceof Promise)) return verified;
      // Unused, but for the keys that it loads.
      verified.catch(() => undefined);
      throw new UnavailableError(
        'ERR_KEY_SET_NOT_READY',
        'The token cannot be verified without waiting: call warmUp() first',
      );
    }, context);
    return result as VerifiedToken;
  }

  async verifyAll(
    tokens: Iterable<string>,
    options: VerifyAllOptions = {},
  ): Promise<PromiseSettledResult<VerifiedToken>[]> {
    const { concurrency, requirements } = resolveVerifyAllOptions(options);
    return settleAll(tokens, concurrency, (token) => {
      const context = { ...this.#bareContext(requirements), inParallel: true };
      return this.#metrics.outcome(() => this.#verify(token, context), context);
    });
  }

  async verifyIdToken(token: string, expected: ExpectedIdToken): Promise<VerifiedToken> {
    const parsed = parseExpectedIdToken(expected);
    return this.#metrics.outcome(() => {
      if (this.#closing !== undefined) throw closedError();
      return this.#idTokenVerifier.verify(parseCredentials(token, this.#options.maxTokenSize), parsed);
    });
  }

  authenticate(request: RequestLike, requirements?: Requirements): AuthResult | Promise<AuthResult> {
    try {
      const context = {
        request,
        requirements: requirements === undefined ? noRequirements : resolveRequirements(requirements, 'authenticate'),
        inParallel: true,
        isSync: false,
        trace: this.#metrics.startTrace(),
        waitUntil: request.waitUntil?.bind(request),
      };
      const auth = this.#metrics.outcome(() => this.#authenticate(request, context), context);
      return auth instanceof Promise ? auth.then((result) => this.#granted(result), denied) : this.#granted(auth);
    } catch (error) {
      return isAuthError(error) ? denied(error) : Promise.reject(asError(error));
    }
  }

  challenge(error: AnyAuthError, requirements?: Requirements): Challenge {
    const { resource } = this;
    const parameters = resource && challengeParameters(resource, error, routeScopes(requirements));
    return challengeFor(error, this.#challengeSettings, parameters);
  }

  async warmUp(): Promise<void> {
    if (this.#closing !== undefined) throw closedError();
    await warmUp(this.#issuers.known());
  }

  ready(): boolean {
    if (this.#closing !== undefined) return false;
    // Asks every issuer, so that each one that is not ready starts to fetch.
    const answers = this.#issuers.known().map(({ entry }) => entry.keys.ready());
    return !answers.includes(false);
  }

  stats(): VerifierStats {
    const { verified, refused, coldWaits, fetchFailures } = this.#metrics.counters;
    const isConfigured = typeof this.#options.issuers !== 'function';
    return {
      verified,
      refused: { ...refused },
      issuers: issuerStats(this.#issuers.known(), isConfigured),
      fetches: this.#timings.stats('fetches'),
      fetchFailures: { ...fetchFailures },
      authentications: this.#metrics.authentications(),
      coldWaits,
      waitingChecks: sharedSignaturePool().waiting,
      signatureChecks: this.#timings.stats('signatureChecks'),
      tokenCache: tokenCacheStats(this.#metrics.counters, this.#tokens?.stats()),
    };
  }

  clear(issuer?: string): void {
    for (const { entry } of this.#issuers.known()) {
      if (issuer !== undefined && entry.issuer !== issuer) continue;
      entry.clear();
      this.#tokens?.clear(entry);
    }
    this.#issuers.clear(issuer);
  }

  close(): Promise<void> {
    this.#closing ??= this.#issuers.close();
    return this.#closing;
  }

  #bareContext(requirements: ResolvedRequirements): VerificationContext {
    return { ...bareToken, requirements, trace: this.#metrics.startTrace() };
  }

  #granted(auth: VerifiedToken | null): AuthResult {
    const headers = auth === null ? undefined : this.#binding?.headersOf(auth);
    return { ok: true, auth, headers: headers ?? noHeaders };
  }

  #verify(token: unknown, context: VerificationContext): MaybePromise<VerifiedToken> {
    if (this.#closing !== undefined) throw closedError();
    // Only the proof of a bare token is a request here.
    const scheme = context.request === undefined ? 'Bearer' : 'DPoP';
    return this.#tokenVerifier.verify(parseCredentials(token, this.#options.maxTokenSize, scheme), context);
  }

  #authenticate(request: RequestLike, context: VerificationContext): MaybePromise<VerifiedToken | null> {
    if (this.#closing !== undefined) throw closedError();
    const credentials = readCredentials(request, this.#credentialsOptions);
    if (credentials?.scheme === 'DPoP') return withScheme(() => this.#tokenVerifier.verify(credentials, context));
    if (credentials !== undefined) return this.#tokenVerifier.verify(credentials, context);
    if (isAnonymousAllowed(context.requirements, this.#options.optional)) return null;
    throw missingCredentials(request);
  }
}

function denied(error: unknown): AuthResult {
  if (isAuthError(error)) return { ok: false, error };
  throw asError(error);
}
