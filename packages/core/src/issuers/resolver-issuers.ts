import { LRUCache } from 'lru-cache';
import { isAuthError, UnavailableError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { IssuerOptions, IssuerResolver } from '../options/options.ts';
import type { ResolvedIssuer } from '../options/resolve-issuer.ts';
import type { Clock } from '../runtime/clock.ts';
import { isPlausibleIssuer } from '../token/issuer-identifier.ts';
import { type AcquireEntry, denyIssuer, type TrustedIssuer, type TrustedIssuers } from './trusted-issuers.ts';

/** The collaborators and limits of {@link ResolverIssuers}. */
export interface ResolverIssuersOptions {
  readonly acquireEntry: AcquireEntry;
  /** Validates the options that the resolver returned; throws a ConfigurationError. */
  readonly resolve: (options: IssuerOptions) => ResolvedIssuer;
  readonly maxIssuers: number;
  /** The time limit of one call of the resolver, in seconds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly sharesPromises: boolean;
}

interface Acceptance extends TrustedIssuer {
  readonly release: () => Promise<void>;
  readonly retire: () => Promise<void>;
  askAgainAt: number;
}

// Seconds after which the resolver is called again: in the background if it accepted the issuer.
const acceptanceLife = 600;
const refusalLife = 30;

/** Issuers that a function of the application decides on. Caches a limited number of its decisions. */
export class ResolverIssuers implements TrustedIssuers {
  readonly #resolver: IssuerResolver;
  readonly #options: ResolverIssuersOptions;
  readonly #accepted: LRUCache<string, Acceptance>;
  readonly #refusedUntil: LRUCache<string, number>;
  readonly #asking: Map<string, Promise<TrustedIssuer>> = new Map();
  #released: Promise<unknown> = Promise.resolve();
  // Incremented by clear(): decisions of an earlier generation are discarded.
  #generation = 0;
  #isClosed = false;

  constructor(resolver: IssuerResolver, options: ResolverIssuersOptions) {
    const max = options.maxIssuers;
    this.#resolver = resolver;
    this.#options = options;
    this.#refusedUntil = new LRUCache({ max });
    this.#accepted = new LRUCache({
      max,
      dispose: (acceptance) => this.#release(acceptance),
    });
  }

  find(iss: unknown): MaybePromise<TrustedIssuer> {
    const known = this.findNow(iss);
    if (known !== undefined) return known;
    if (typeof iss !== 'string' || !isPlausibleIssuer(iss) || this.#now() < (this.#refusedUntil.get(iss) ?? 0))
      throw denyIssuer(iss);
    return this.#ask(iss);
  }

  findNow(iss: unknown): TrustedIssuer | undefined {
    const acceptance = typeof iss === 'string' ? this.#accepted.get(iss) : undefined;
    if (acceptance !== undefined && this.#now() >= acceptance.askAgainAt) this.#askAgain(acceptance);
    return acceptance;
  }

  known(): readonly TrustedIssuer[] {
    return [...this.#accepted.values()];
  }

  clear(issuer?: string): void {
    this.#generation += 1;
    this.#asking.clear();
    for (const decisions of [this.#accepted, this.#refusedUntil]) {
      if (issuer === undefined) decisions.clear();
      else decisions.delete(issuer);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.clear();
    await this.#released;
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  // The last decision applies until the resolver returns another one.
  #askAgain(acceptance: Acceptance): void {
    acceptance.askAgainAt = this.#now() + refusalLife;
    this.#ask(acceptance.issuer).catch(() => undefined);
  }

  #ask(iss: string): Promise<TrustedIssuer> {
    const asking = this.#asking.get(iss);
    if (asking !== undefined && this.#options.sharesPromises) return asking;
    const decision = this.#decide(iss).finally(() => {
      if (this.#asking.get(iss) === decision) this.#asking.delete(iss);
    });
    this.#asking.set(iss, decision);
    return decision;
  }

  async #decide(iss: string): Promise<TrustedIssuer> {
    const generation = this.#generation;
    const answer = await this.#answerFor(iss);
    if (this.#isClosed) throw new UnavailableError('ERR_CLOSED', 'The verifier was closed');
    // clear() was called during the call of the resolver.
    if (generation !== this.#generation) return this.#ask(iss);
    if (answer !== undefined) return this.#accept(iss, answer);
    this.#accepted.delete(iss);
    this.#refusedUntil.set(iss, this.#now() + refusalLife);
    throw denyIssuer(iss);
  }

  #accept(iss: string, answer: IssuerOptions): TrustedIssuer {
    const { acquireEntry, resolve } = this.#options;
    try {
      const resolved = sameIssuer(resolve(answer), iss);
      const { issuer, policy } = resolved;
      const acceptance = { issuer, policy, ...acquireEntry(resolved), askAgainAt: this.#now() + acceptanceLife };
      this.#accepted.set(iss, acceptance);
      return acceptance;
    } catch (cause) {
      throw lookupFailed(cause);
    }
  }

  // Requests in flight may still use an evicted issuer, but not the issuers of a closed verifier.
  #release({ release, retire }: Acceptance): void {
    this.#released = Promise.all([this.#released, this.#isClosed ? release() : retire()]);
  }

  async #answerFor(iss: string): Promise<IssuerOptions | undefined> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const { timeout } = this.#options;
    const timer = setTimeout(() => reject(new Error(`The resolver did not answer in ${timeout} s`)), timeout * 1000);
    try {
      return await Promise.race([this.#resolver(iss), late]);
    } catch (cause) {
      throw isAuthError(cause) ? cause : lookupFailed(cause);
    } finally {
      clearTimeout(timer);
    }
  }
}

function sameIssuer(resolved: ResolvedIssuer, iss: string): ResolvedIssuer {
  if (resolved.issuer === iss) return resolved;
  throw new TypeError('The resolver returned the options of another issuer than the requested one');
}

function lookupFailed(cause: unknown): UnavailableError {
  return new UnavailableError('ERR_ISSUER_LOOKUP_FAILED', 'The resolver could not decide on the issuer of the token', {
    cause,
  });
}
