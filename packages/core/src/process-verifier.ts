import { isAnonymousAllowed } from './authorization/deny-access.ts';
import { Policies } from './authorization/policies.ts';
import { noRequirements, resolveRequirements } from './authorization/resolve-requirements.ts';
import { type AnyAuthError, CredentialsMissingError, isAuthError, UnavailableError } from './errors.ts';
import { openIssuers } from './issuers/open-issuers.ts';
import { sharedSignaturePool, sharedTokenCache, warnOfRefusals } from './issuers/process-core.ts';
import type { TokenCache } from './issuers/token-cache.ts';
import type { TrustedIssuers } from './issuers/trusted-issuers.ts';
import { warmUp } from './issuers/warm-up.ts';
import type { MaybePromise } from './lib/maybe-promise.ts';
import { settleAll } from './lib/settle-all.ts';
import { asError } from './lib/thrown-error.ts';
import { debugOutput, printEvent } from './observability/debug-output.ts';
import { listenToDenials } from './observability/denial-listener.ts';
import { attributeTo } from './observability/error-issuer.ts';
import type { EventListener } from './observability/events.ts';
import { isolateListener } from './observability/isolate-listener.ts';
import type { VerifierStats } from './observability/stats.ts';
import { TimingMetrics } from './observability/timing-metrics.ts';
import { VerificationMetrics } from './observability/verification-metrics.ts';
import type { ResolvedOptions } from './options/resolve-options.ts';
import { type Challenge, challengeFor } from './request/challenge.ts';
import { type CredentialsOptions, parseCredentials, readCredentials } from './request/credentials.ts';
import { isPreflight } from './request/preflight.ts';
import type { RequestLike } from './request/request.ts';
import type { Requirements } from './requirements.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { ExpectedIdToken } from './token/id-token.ts';
import type { VerifiedToken } from './token/verified-token.ts';
import { IdTokenVerifier, parseExpectedIdToken } from './verification/id-token-verifier.ts';
import { JwtVerifier } from './verification/jwt-verifier.ts';
import { adviceSettings, adviseOn } from './verification/refusal-advice.ts';
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
  readonly #policies: Policies;
  readonly #issuers: TrustedIssuers;
  readonly #tokens: TokenCache | undefined;
  readonly #tokenVerifier: TokenVerifier;
  readonly #idTokenVerifier: IdTokenVerifier;
  readonly #metrics: VerificationMetrics;
  readonly #timings: TimingMetrics;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions, runtime: Runtime) {
    // First: a wrong policy must not leave anything open.
    this.#policies = new Policies(options.policies);
    this.#policies.attachTo(this);
    const publish = isolateListener(options.hooks.onEvent, runtime, options.clock);
    const timings = new TimingMetrics(runtime, options.clock);
    const output = debugOutput(runtime, options.debug);
    const issuers = openIssuers(options, observed(publish, timings, options.debug ? runtime : undefined), runtime);
    const metrics = new VerificationMetrics(publish, runtime, {
      output,
      warn: (message) => warnOfRefusals(runtime, message),
      advise: (error, issuer) => adviseOn(error, adviceSettings(options, issuers, issuer)),
    });
    const tokens = options.tokenCache === false ? undefined : sharedTokenCache(options.tokenCache.maxEntries);
    const signatures = new SignatureVerifier({ issuers, timings, pool: sharedSignaturePool(), runtime });
    const { counters } = metrics;
    this.optional = options.optional;
    this.#options = options;
    this.#credentialsOptions = { maxTokenSize: options.maxTokenSize, getToken: options.hooks.getToken };
    this.#issuers = issuers;
    this.#tokens = tokens;
    this.#timings = timings;
    this.#metrics = metrics;
    this.#tokenVerifier = new JwtVerifier({ options, issuers, signatures, tokens, counters, runtime });
    listenToDenials(this, (error, issuer) => metrics.refuse(issuer === undefined ? error : attributeTo(issuer, error)));
    this.#idTokenVerifier = new IdTokenVerifier({ options, signatures, runtime });
  }

  async verify(token: string, requirements?: Requirements): Promise<VerifiedToken> {
    const context = { ...bareToken, requirements: resolveRequirements(requirements, 'verify', this.#policies) };
    return this.#metrics.outcome(() => this.#verify(token, context));
  }

  verifySync(token: string, requirements?: Requirements): VerifiedToken {
    const context = {
      ...bareToken,
      isSync: true,
      requirements: resolveRequirements(requirements, 'verifySync', this.#policies),
    };
    const result = this.#metrics.outcome(() => {
      const verified = this.#verify(token, context);
      if (!(verified instanceof Promise)) return verified;
      // Unused, but for the keys that it loads.
      verified.catch(() => undefined);
      throw new UnavailableError(
        'ERR_KEY_SET_NOT_READY',
        'The token cannot be verified without waiting: call warmUp() first',
      );
    });
    return result as VerifiedToken;
  }

  async verifyAll(
    tokens: Iterable<string>,
    options: VerifyAllOptions = {},
  ): Promise<PromiseSettledResult<VerifiedToken>[]> {
    const { concurrency, requirements } = resolveVerifyAllOptions(options, this.#policies);
    const context = { ...bareToken, inParallel: true, requirements };
    return settleAll(tokens, concurrency, (token) => this.#metrics.outcome(() => this.#verify(token, context)));
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
        requirements:
          requirements === undefined
            ? noRequirements
            : resolveRequirements(requirements, 'authenticate', this.#policies),
        inParallel: true,
        isSync: false,
        waitUntil: request.waitUntil?.bind(request),
      };
      const auth = this.#metrics.outcome(() => this.#authenticate(request, context));
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
    const { verified, refused, hits, misses } = this.#metrics.counters;
    const issuers = this.#issuers.known().map(({ issuer, entry }) => [issuer, entry.keys.stats()] as const);
    const { entries, maxEntries } = this.#tokens?.stats() ?? { entries: 0, maxEntries: 0 };
    const hitRate = hits + misses === 0 ? 0 : hits / (hits + misses);
    return {
      verified,
      refused: { ...refused },
      issuers: Object.fromEntries(issuers),
      fetches: this.#timings.fetches,
      signatureChecks: this.#timings.signatureChecks,
      tokenCache: { hits, misses, hitRate, entries, maxEntries },
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

function observed(publish: EventListener, timings: TimingMetrics, runtime: Runtime | undefined): EventListener {
  return (event) => {
    if (event.type === 'refreshed' || event.type === 'refresh-failed') timings.fetched(event.seconds);
    if (runtime !== undefined) printEvent(event, runtime);
    publish(event);
  };
}

function closedError(): UnavailableError {
  return new UnavailableError('ERR_CLOSED', 'The verifier was closed');
}

function granted(auth: VerifiedToken | null): AuthResult {
  return { ok: true, auth, headers: noHeaders };
}

function denied(error: unknown): AuthResult {
  if (isAuthError(error)) return { ok: false, error };
  throw asError(error);
}
