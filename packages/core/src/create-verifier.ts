import { runtime as defaultRuntime } from '#runtime';
import { admitsAnonymous, checkRequirements, noRequirements, type Requirements } from './authorization/requirements.ts';
import {
  type AnyAuthError,
  ConfigurationError,
  CredentialsMissingError,
  isAuthError,
  TokenError,
  UnavailableError,
} from './errors.ts';
import { openIssuers } from './issuers/open-issuers.ts';
import { sharedTokenCache } from './issuers/process-core.ts';
import type { TokenCache } from './issuers/token-cache.ts';
import type { TrustedIssuers } from './issuers/trusted-issuers.ts';
import { andThen, type MaybePromise } from './lib/maybe-promise.ts';
import { settleAll } from './lib/settle-all.ts';
import { asError } from './lib/thrown-error.ts';
import type { EventListener } from './observability/events.ts';
import { guardedListener } from './observability/listener.ts';
import type { VerifierStats } from './observability/stats.ts';
import { Timings } from './observability/timings.ts';
import { VerificationMetrics } from './observability/verification-metrics.ts';
import type { VerifierOptions } from './options/options.ts';
import { type ResolvedOptions, resolveOptions } from './options/resolve-options.ts';
import { type Challenge, createChallenge } from './request/challenge.ts';
import { readToken } from './request/credentials.ts';
import type { RequestLike } from './request/request.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { ExpectedIdToken } from './token/id-token.ts';
import type { VerifiedToken } from './token/verified-token.ts';
import { checkExpected } from './verification/id-token-verifier.ts';
import { createTokenVerifier, type TokenVerifier } from './verification/jwt-verifier.ts';
import type { VerificationContext } from './verification/signature-verifier.ts';
import type { AuthResult, Verifier } from './verifier.ts';

const defaultConcurrency = 64;

/** {@link createVerifier} on a runtime of one's choice. */
export function createVerifierOnRuntime(options: VerifierOptions, runtime: Runtime): Verifier {
  return new SharingVerifier(resolveOptions(options), runtime);
}

class SharingVerifier implements Verifier {
  readonly #options: ResolvedOptions;
  readonly #directory: TrustedIssuers;
  readonly #tokens: TokenCache | undefined;
  readonly #tokenVerifier: TokenVerifier;
  readonly #record: VerificationMetrics;
  readonly #timings: Timings;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions, runtime: Runtime) {
    const publish = guardedListener(options.hooks.onEvent, runtime);
    this.#options = options;
    this.#record = new VerificationMetrics(publish, runtime);
    this.#timings = new Timings(runtime, options.clock);
    this.#directory = openIssuers(options, this.#timed(publish), runtime);
    this.#tokens = options.tokenCache === false ? undefined : sharedTokenCache(options.tokenCache.maxEntries);
    const { counters } = this.#record;
    this.#tokenVerifier = createTokenVerifier({
      options,
      directory: this.#directory,
      tokens: this.#tokens,
      counters,
      timings: this.#timings,
      runtime,
    });
  }

  async verify(token: string, requirements: Requirements = noRequirements): Promise<VerifiedToken> {
    return this.#recorded(token, requirements, { issuer: undefined });
  }

  verifySync(token: string, requirements: Requirements = noRequirements): VerifiedToken {
    const mode: VerificationContext = { issuer: undefined, isSync: true };
    return this.#record.outcome(mode, () => {
      const result = this.#verified(token, requirements, mode);
      if (!(result instanceof Promise)) return result;
      // What the promise brings is of no use here any more; the keys that it fetches are.
      result.catch(() => undefined);
      throw new UnavailableError(
        'ERR_KEY_SET_NOT_READY',
        'The token cannot be verified without waiting: call warmUp() first',
      );
    });
  }

  async verifyAll(
    tokens: Iterable<string>,
    { concurrency = defaultConcurrency }: { readonly concurrency?: number } = {},
  ): Promise<PromiseSettledResult<VerifiedToken>[]> {
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new ConfigurationError('concurrency must be a whole number of at least 1');
    }
    return settleAll(tokens, concurrency, (token) =>
      this.#recorded(token, noRequirements, { issuer: undefined, inParallel: true }),
    );
  }

  async verifyIdToken(token: string, expected: ExpectedIdToken): Promise<VerifiedToken> {
    const checked = checkExpected(expected);
    const mode: VerificationContext = { issuer: undefined };
    return this.#record.outcome(mode, () => {
      this.#assertUsable(token);
      return this.#tokenVerifier.verifyIdToken(token, checked, mode);
    });
  }

  authenticate(request: RequestLike, requirements: Requirements = noRequirements): AuthResult | Promise<AuthResult> {
    try {
      const waitUntil = request.waitUntil?.bind(request);
      const mode: VerificationContext = { issuer: undefined, isCredential: true, inParallel: true, waitUntil };
      const judged = this.#record.outcome(mode, () => this.#judge(request, requirements, mode));
      return judged instanceof Promise ? judged.then(passed, refusedOrThrown) : passed(judged);
    } catch (error) {
      return isAuthError(error) ? refusedOrThrown(error) : Promise.reject(asError(error));
    }
  }

  challenge(error: AnyAuthError): Challenge {
    return createChallenge(error, this.#options.realm);
  }

  async warmUp(): Promise<void> {
    this.#assertOpen();
    const issuers = this.#directory.known();
    const results = await settleAll(issuers, issuers.length, async ({ entry }) => await entry.keys.load());
    const failed = results.flatMap((result, index) =>
      result.status === 'rejected'
        ? [{ error: result.reason as UnavailableError, issuer: issuers[index]?.issuer }]
        : [],
    );
    if (failed.length === 0) return;
    const names = failed.map(({ error, issuer }) => `${issuer} (${error.code})`).join(', ');
    throw new AggregateError(
      failed.map(({ error }) => error),
      `The keys of ${names} cannot be fetched`,
    );
  }

  ready(): boolean {
    if (this.#closing !== undefined) return false;
    // Each is asked, whatever the others say: those that are not ready start to fetch.
    const answers = this.#directory.known().map(({ entry }) => entry.keys.ready());
    return !answers.includes(false);
  }

  stats(): VerifierStats {
    const { verified, refused, hits, misses } = this.#record.counters;
    const issuers = this.#directory.known().map(({ issuer, entry }) => [issuer, entry.keys.stats()] as const);
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
    for (const { entry } of this.#directory.known()) {
      if (issuer !== undefined && entry.issuer !== issuer) continue;
      entry.keys.clear();
      this.#tokens?.clear(entry);
    }
    this.#directory.clear(issuer);
  }

  close(): Promise<void> {
    this.#closing ??= this.#directory.close();
    return this.#closing;
  }

  #timed(publish: EventListener): EventListener {
    return (event) => {
      if (event.type === 'refreshed' || event.type === 'refresh-failed') this.#timings.fetched(event.seconds);
      publish(event);
    };
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new UnavailableError('ERR_CLOSED', 'The verifier was closed');
  }

  #assertUsable(token: unknown): void {
    this.#assertOpen();
    if (typeof token !== 'string') throw new TokenError('ERR_TOKEN_MALFORMED', 'The token is not a string');
  }

  #recorded(token: string, requirements: Requirements, mode: VerificationContext): MaybePromise<VerifiedToken> {
    return this.#record.outcome(mode, () => this.#verified(token, requirements, mode));
  }

  #verified(token: string, requirements: Requirements, mode: VerificationContext): MaybePromise<VerifiedToken> {
    this.#assertUsable(token);
    return andThen(this.#tokenVerifier.verify(token, mode), (auth) => {
      const refusal = checkRequirements(auth, requirements);
      if (refusal !== undefined) throw refusal;
      return auth;
    });
  }

  #judge(
    request: RequestLike,
    requirements: Requirements,
    mode: VerificationContext,
  ): MaybePromise<VerifiedToken | null> {
    this.#assertOpen();
    const { maxTokenSize, hooks } = this.#options;
    const token = readToken(request, maxTokenSize, hooks.getToken);
    if (token !== undefined) return this.#verified(token, requirements, mode);
    if (admitsAnonymous(requirements, this.#options.optional)) return null;
    throw new CredentialsMissingError();
  }
}

function passed(auth: VerifiedToken | null): AuthResult {
  return { ok: true, auth };
}

function refusedOrThrown(error: unknown): AuthResult {
  if (isAuthError(error)) return { ok: false, error };
  throw asError(error);
}

/**
 * Makes a verifier. It fetches nothing until the first token arrives, or {@link Verifier.warmUp} or
 * {@link Verifier.ready} is called. Verifiers
 * of the same issuer share its keys, and all verifiers of a process share its connections.
 *
 * @throws ConfigurationError where an option is missing, unknown, of the wrong type or not safe.
 *
 * @example
 * ```ts
 * import { createVerifier } from '@verifier/core';
 *
 * const verifier = createVerifier({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * export const verify = (token: string) => verifier.verify(token, { scope: 'orders:read' });
 * ```
 */
export function createVerifier(options: VerifierOptions): Verifier {
  return createVerifierOnRuntime(options, defaultRuntime);
}
