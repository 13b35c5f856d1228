import { isAnonymousAllowed } from './authorization/deny-access.ts';
import type { Requirements } from './authorization/requirements.ts';
import { noRequirements, resolveRequirements } from './authorization/resolve-requirements.ts';
import type { ResolvedRequirements } from './authorization/resolved-requirements.ts';
import { type AnyAuthError, CredentialsMissingError, isAuthError, UnavailableError } from './errors.ts';
import { openIssuers } from './issuers/open-issuers.ts';
import { sharedSignaturePool, sharedTokenCache, warnOfRefusals } from './issuers/process-core.ts';
import type { TokenCache } from './issuers/token-cache.ts';
import type { TrustedIssuers } from './issuers/trusted-issuers.ts';
import { warmUp } from './issuers/warm-up.ts';
import type { MaybePromise } from './lib/maybe-promise.ts';
import { settleAll } from './lib/settle-all.ts';
import { asError } from './lib/thrown-error.ts';
import { debugOutput } from './observability/debug-output.ts';
import { listenToDenials } from './observability/denial-listener.ts';
import { attributeTo } from './observability/error-issuer.ts';
import { isolateListener } from './observability/isolate-listener.ts';
import { observeEvents } from './observability/observe-events.ts';
import { emptyCounters, issuerStats, tokenCacheStats, type VerifierStats } from './observability/stats.ts';
import { TimingMetrics } from './observability/timing-metrics.ts';
import { VerificationMetrics } from './observability/verification-metrics.ts';
import type { ResolvedOptions } from './options/resolve-options.ts';
import { type Challenge, challengeFor } from './request/challenge.ts';
import { type CredentialsOptions, parseCredentials, readCredentials } from './request/credentials.ts';
import { isPreflight } from './request/preflight.ts';
import type { RequestLike } from './request/request.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { ExpectedIdToken } from './token/id-token.ts';
import type { VerifiedToken } from './token/verified-token.ts';
import { adviceSettings } from './verification/advice-settings.ts';
import { closedError } from './verification/closed-error.ts';
import { IdTokenVerifier, parseExpectedIdToken } from './verification/id-token-verifier.ts';
import { JwtVerifier } from './verification/jwt-verifier.ts';
import { adviseOn } from './verification/refusal-advice.ts';
import { SignatureVerifier } from './verification/signature-verifier.ts';
import type { TokenVerifier } from './verification/token-verifier.ts';
import type { VerificationContext } from './verification/verification-context.ts';
import { resolveVerifyAllOptions, type VerifyAllOptions } from './verification/verify-all-options.ts';
import type { AuthResult, OptionalVerifier } from './verifier.ts';

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

const bareToken = { request: undefined, waitUntil: undefined, inParallel: false, isSync: false };

/** A verifier that shares connections, keys, cached tokens and the queue of signatures with the others of its process. */
export class ProcessVerifier implements OptionalVerifier {
  readonly optional: boolean;
  readonly #options: ResolvedOptions;
  readonly #credentialsOptions: CredentialsOptions;
  readonly #issuers: TrustedIssuers;
  readonly #tokens: TokenCache | undefined;
  readonly #tokenVerifier: TokenVerifier;
  readonly #idTokenVerifier: IdTokenVerifier;
  readonly #metrics: VerificationMetrics;
  readonly #timings: TimingMetrics;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions, runtime: Runtime) {
    const publish = isolateListener('onEvent', options.hooks.onEvent, runtime, options.clock);
    const timings = new TimingMetrics(runtime, options.clock);
    const counters = emptyCounters();
    const issuers = openIssuers(
      options,
      observeEvents({ publish, timings, counters, runtime: options.debug ? runtime : undefined }),
      runtime,
    );
    const metrics = new VerificationMetrics({
      publish,
      runtime,
      timings,
      counters,
      clock: options.clock,
      log: isolateListener('log', options.hooks.log, runtime, options.clock),
      channel: runtime.tracingChannel('@verifier/core:authenticate'),
      namesIssuers: typeof options.issuers !== 'function',
      output: debugOutput(runtime, options.debug),
      warn: (message) => warnOfRefusals(runtime, message),
      advise: (error, issuer) => adviseOn(error, adviceSettings(options, issuers, issuer)),
    });
    const tokens = options.tokenCache === false ? undefined : sharedTokenCache(options.tokenCache.maxEntries);
    const signatures = new SignatureVerifier({ issuers, timings, counters, pool: sharedSignaturePool(), runtime });
    this.optional = options.optional;
    this.#options = options;
    this.#credentialsOptions = { maxTokenSize: options.maxTokenSize, getToken: options.hooks.getToken };
    this.#issuers = issuers;
    this.#tokens = tokens;
    this.#timings = timings;
    this.#metrics = metrics;
    this.#tokenVerifier = new JwtVerifier({ options, issuers, signatures, tokens, metrics, runtime });
    listenToDenials(this, (error, issuer) => metrics.refuse(issuer === undefined ? error : attributeTo(issuer, error)));
    this.#idTokenVerifier = new IdTokenVerifier({ options, signatures, runtime });
  }

  async verify(token: string, requirements?: Requirements): Promise<VerifiedToken> {
    const context = this.#bareContext(resolveRequirements(requirements, 'verify'));
    return this.#metrics.outcome(() => this.#verify(token, context), context.trace);
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
    }, context.trace);
    return result as VerifiedToken;
  }

  async verifyAll(
    tokens: Iterable<string>,
    options: VerifyAllOptions = {},
  ): Promise<PromiseSettledResult<VerifiedToken>[]> {
    const { concurrency, requirements } = resolveVerifyAllOptions(options);
    return settleAll(tokens, concurrency, (token) => {
      const context = { ...this.#bareContext(requirements), inParallel: true };
      return this.#metrics.outcome(() => this.#verify(token, context), context.trace);
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
      const auth = this.#metrics.outcome(() => this.#authenticate(request, context), context.trace);
      return auth instanceof Promise ? auth.then(granted, denied) : granted(auth);
    } catch (error) {
      return isAuthError(error) ? denied(error) : Promise.reject(asError(error));
    }
  }

  challenge(error: AnyAuthError): Challenge {
    return challengeFor(error, this.#options.realm);
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

  #verify(token: unknown, context: VerificationContext): MaybePromise<VerifiedToken> {
    if (this.#closing !== undefined) throw closedError();
    return this.#tokenVerifier.verify(parseCredentials(token, this.#options.maxTokenSize), context);
  }

  #authenticate(request: RequestLike, context: VerificationContext): MaybePromise<VerifiedToken | null> {
    if (this.#closing !== undefined) throw closedError();
    const credentials = readCredentials(request, this.#credentialsOptions);
    if (credentials !== undefined) return this.#tokenVerifier.verify(credentials, context);
    if (isAnonymousAllowed(context.requirements, this.#options.optional)) return null;
    if (isPreflight(request)) this.#metrics.log.preflightRefused();
    throw new CredentialsMissingError();
  }
}

function granted(auth: VerifiedToken | null): AuthResult {
  return { ok: true, auth, headers: noHeaders };
}

function denied(error: unknown): AuthResult {
  if (isAuthError(error)) return { ok: false, error };
  throw asError(error);
}
