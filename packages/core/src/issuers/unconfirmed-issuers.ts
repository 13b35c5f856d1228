import { UnavailableError } from '../errors.ts';
import { LimitExceededError } from '../lib/limit-exceeded-error.ts';
import type { ResolvedIssuer } from '../options/resolve-issuer.ts';
import type { Clock } from '../runtime/clock.ts';
import { DiscoveryLimits, type DiscoveryLimitsOptions } from './discovery-limits.ts';
import { TextCache } from './text-cache.ts';
import type { AcquireEntry, TrustedIssuer, VerifierLease } from './trusted-issuers.ts';

const maxIssuers = 64;
// Seconds after which the resolver is called again for an issuer that was not confirmed.
const life = 600;
const maxBackOff = 60;

/** An issuer that the resolver accepted, and the lease of its entry. */
export interface LeasedIssuer extends TrustedIssuer {
  readonly lease: VerifierLease;
  /** When the resolver accepted it. */
  readonly decidedAt: number;
}

/** The collaborators of {@link UnconfirmedIssuers}. */
export interface UnconfirmedIssuersOptions extends DiscoveryLimitsOptions {
  readonly acquireEntry: AcquireEntry;
  /** Takes over an issuer with its first valid signature. */
  readonly confirmed: (issuer: LeasedIssuer) => void;
}

interface Failure {
  readonly code: UnavailableError['code'];
  readonly message: string;
  readonly count: number;
  readonly until: number;
}

/**
 * The issuers that the resolver accepted and that no valid signature has confirmed yet. A client can make up any number
 * of them if the resolver accepts them by a pattern: they have a small list, a budget of discoveries and a cache of
 * failures of their own.
 */
export class UnconfirmedIssuers {
  readonly #options: UnconfirmedIssuersOptions;
  readonly #clock: Clock;
  readonly #limits: DiscoveryLimits;
  readonly #issuers: Map<string, LeasedIssuer> = new Map();
  readonly #failures: TextCache<Failure> = new TextCache();

  constructor(options: UnconfirmedIssuersOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#limits = new DiscoveryLimits(options);
  }

  /**
   * An issuer whose keys are loaded; undefined if it must be opened.
   *
   * @throws UnavailableError if its keys could not be loaded a short time ago.
   */
  find(iss: string): TrustedIssuer | undefined {
    const now = this.#clock.monotonic();
    const issuer = this.#issuers.get(iss);
    if (issuer !== undefined && now - issuer.decidedAt < life) return issuer;
    const failure = this.#failures.get(iss);
    if (failure === undefined || now >= failure.until) return undefined;
    throw new UnavailableError(failure.code, failure.message, { retryAfter: failure.until - now });
  }

  /**
   * Loads the keys of an issuer that the resolver accepted.
   *
   * @throws UnavailableError if they cannot be loaded, or not now.
   */
  async open(resolved: ResolvedIssuer): Promise<LeasedIssuer> {
    const issuer = this.#lease(resolved);
    try {
      if (issuer.entry.keys.keySetNow(undefined) === undefined) {
        await this.#limits.run(resolved, async () => await this.#load(issuer));
      }
      return issuer;
    } catch (error) {
      void issuer.lease.retire();
      if (!(error instanceof LimitExceededError)) throw error;
      this.#options.refusals.add(issuer.issuer);
      throw tooManyWait(error);
    }
  }

  /** Adds an opened issuer. The least recently added one is evicted. */
  add(issuer: LeasedIssuer): void {
    this.#remove(issuer.issuer);
    this.#issuers.set(issuer.issuer, issuer);
    const [first] = this.#issuers.keys();
    if (this.#issuers.size > maxIssuers && first !== undefined) this.#remove(first);
  }

  /** Discards one issuer, or all. */
  clear(iss?: string): void {
    if (iss === undefined) this.#failures.clear();
    else this.#failures.delete(iss);
    for (const name of iss === undefined ? [...this.#issuers.keys()] : [iss]) this.#remove(name);
  }

  #lease(resolved: ResolvedIssuer): LeasedIssuer {
    const { issuer, policy } = resolved;
    const lease = this.#options.acquireEntry(resolved);
    const leased: LeasedIssuer = {
      issuer,
      policy,
      entry: lease.entry,
      lease,
      decidedAt: this.#clock.monotonic(),
      confirm: () => this.#confirm(leased),
      reject: () => this.#limits.settled(issuer),
    };
    return leased;
  }

  async #load({ issuer, entry }: LeasedIssuer): Promise<void> {
    try {
      await entry.keys.load();
      this.#failures.delete(issuer);
    } catch (error) {
      if (error instanceof UnavailableError) this.#rememberFailure(issuer, error);
      throw error;
    }
  }

  #rememberFailure(issuer: string, { code, message, retryAfter }: UnavailableError): void {
    const count = (this.#failures.get(issuer)?.count ?? 0) + 1;
    const seconds = Math.max(retryAfter, Math.min(maxBackOff, 2 ** (count - 1)));
    this.#failures.set(issuer, { code, message, count, until: this.#clock.monotonic() + seconds });
  }

  // Ignores an issuer that was evicted in the meantime: its next token opens it again.
  #confirm(issuer: LeasedIssuer): void {
    this.#limits.settled(issuer.issuer);
    if (this.#issuers.get(issuer.issuer) !== issuer) return;
    this.#issuers.delete(issuer.issuer);
    this.#limits.confirmed(issuer.issuer);
    this.#options.confirmed(issuer);
  }

  #remove(iss: string): void {
    const issuer = this.#issuers.get(iss);
    this.#issuers.delete(iss);
    void issuer?.lease.retire();
  }
}

function tooManyWait(cause: LimitExceededError): UnavailableError {
  return new UnavailableError('ERR_KEY_SET_UNAVAILABLE', 'Too many requests wait for the keys of unknown issuers', {
    cause,
  });
}
