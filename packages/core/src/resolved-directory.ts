import { LRUCache } from 'lru-cache';
import { isAuthError, UnavailableError } from './errors.ts';
import { type Hold, type IssuerDirectory, refuse, type TrustedIssuer } from './issuer-directory.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { Clock, IssuerOptions, IssuerResolver } from './options.ts';
import type { ResolvedIssuer } from './resolve-issuer.ts';

/** What a directory with a resolver needs beside it. */
export interface ResolvedDirectoryOptions {
  readonly hold: Hold;
  /** Checks what the resolver returned; throws a ConfigurationError. */
  readonly resolve: (options: IssuerOptions) => ResolvedIssuer;
  readonly maxIssuers: number;
  /** Seconds that the resolver may take. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly sharesPromises: boolean;
}

interface Acceptance extends TrustedIssuer {
  readonly release: () => Promise<void>;
  askAgainAt: number;
}

// Seconds after which a decision is asked for again: in the background where it was yes.
const acceptanceLife = 600;
const refusalLife = 30;

/** The directory of issuers that a function decides on. Its decisions are kept for a while, within bounds. */
export function createResolvedDirectory(resolver: IssuerResolver, options: ResolvedDirectoryOptions): IssuerDirectory {
  return new ResolvedDirectory(resolver, options);
}

class ResolvedDirectory implements IssuerDirectory {
  readonly #resolver: IssuerResolver;
  readonly #options: ResolvedDirectoryOptions;
  readonly #accepted: LRUCache<string, Acceptance>;
  readonly #refusedUntil: LRUCache<string, number>;
  readonly #asking: Map<string, Promise<TrustedIssuer>> = new Map();
  #released: Promise<unknown> = Promise.resolve();

  constructor(resolver: IssuerResolver, options: ResolvedDirectoryOptions) {
    const max = options.maxIssuers;
    this.#resolver = resolver;
    this.#options = options;
    this.#refusedUntil = new LRUCache({ max });
    this.#accepted = new LRUCache({
      max,
      dispose: ({ release }) => {
        this.#released = Promise.all([this.#released, release()]);
      },
    });
  }

  find(iss: unknown): MaybePromise<TrustedIssuer> {
    const known = this.findNow(iss);
    if (known !== undefined) return known;
    if (typeof iss !== 'string' || this.#now() < (this.#refusedUntil.get(iss) ?? 0)) return refuse(iss);
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
    for (const decisions of [this.#accepted, this.#refusedUntil]) {
      if (issuer === undefined) decisions.clear();
      else decisions.delete(issuer);
    }
  }

  async close(): Promise<void> {
    this.clear();
    await this.#released;
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  // While the resolver does not answer, its last decision holds.
  #askAgain(acceptance: Acceptance): void {
    acceptance.askAgainAt = this.#now() + refusalLife;
    this.#ask(acceptance.issuer).catch(() => undefined);
  }

  #ask(iss: string): Promise<TrustedIssuer> {
    const asking = this.#asking.get(iss);
    if (asking !== undefined && this.#options.sharesPromises) return asking;
    const decision = this.#decide(iss).finally(() => this.#asking.delete(iss));
    this.#asking.set(iss, decision);
    return decision;
  }

  async #decide(iss: string): Promise<TrustedIssuer> {
    const answer = await this.#answerFor(iss);
    if (answer === undefined) {
      this.#accepted.delete(iss);
      this.#refusedUntil.set(iss, this.#now() + refusalLife);
      return refuse(iss);
    }
    const { hold, resolve } = this.#options;
    try {
      const resolved = sameIssuer(resolve(answer), iss);
      const { issuer, policy } = resolved;
      const acceptance = { issuer, policy, ...hold(resolved), askAgainAt: this.#now() + acceptanceLife };
      this.#accepted.set(iss, acceptance);
      return acceptance;
    } catch (cause) {
      throw lookupFailed(cause);
    }
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
  throw new TypeError('The resolver returned the options of another issuer than it was asked for');
}

function lookupFailed(cause: unknown): UnavailableError {
  return new UnavailableError('ERR_ISSUER_LOOKUP_FAILED', 'The resolver could not decide on the issuer of the token', {
    cause,
  });
}
