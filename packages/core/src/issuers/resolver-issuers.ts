import { LRUCache } from 'lru-cache';
import { UnavailableError } from '../errors.ts';
import { copyOptions } from '../lib/copy-options.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { ResolverLog } from '../observability/resolver-log.ts';
import type { IssuerResolver } from '../options/options.ts';
import type { ResolvedIssuer } from '../options/resolve-issuer.ts';
import { isPlausibleIssuer } from '../token/issuer-identifier.ts';
import { EarlierRefusals } from './earlier-refusals.ts';
import { PendingReleases } from './pending-releases.ts';
import { lookupFailed, ResolverCalls, type ResolverCallsOptions } from './resolver-calls.ts';
import { TextCache } from './text-cache.ts';
import {
  type AcquireEntry,
  denyIssuer,
  type TrustedIssuer,
  type TrustedIssuers,
  type VerifierLease,
} from './trusted-issuers.ts';
import { type LeasedIssuer, UnconfirmedIssuers, type UnconfirmedIssuersOptions } from './unconfirmed-issuers.ts';

/** The collaborators and limits of {@link ResolverIssuers}. */
export interface ResolverIssuersOptions
  extends Omit<ResolverCallsOptions, 'refusals'>,
    Omit<UnconfirmedIssuersOptions, 'refusals' | 'confirmed'> {
  readonly maxIssuers: number;
  /** How long a decision applies after its end if the resolver fails, in seconds. */
  readonly staleFor: number;
  readonly log: ResolverLog;
}

/** An issuer that the resolver accepted, and that a valid signature confirmed. */
interface Acceptance extends LeasedIssuer {
  /** The end of the last call of the resolver. */
  calledAt: number;
  /** The time from which the resolver is called again. */
  askAgainAt: number;
}

/** The decision on one issuer, in flight. */
interface Lookup {
  readonly iss: string;
  /** Whether `clear()` was called: the decision must then be made again. */
  isSuperseded: boolean;
}

// Seconds. An acceptance is renewed in the background from the first to the second; after it, the next request waits.
const renewAfter = 600;
const longestAcceptance = 1200;
// Also the time after a failed renewal until the next one.
const refusalLife = 30;

/** Issuers that a function of the application decides on. Caches a limited number of its decisions. */
export class ResolverIssuers implements TrustedIssuers {
  readonly #options: ResolverIssuersOptions;
  readonly #calls: ResolverCalls;
  readonly #confirmed: LRUCache<string, Acceptance>;
  readonly #unconfirmed: UnconfirmedIssuers;
  readonly #refusedUntil: TextCache<number> = new TextCache();
  readonly #lookups: Set<Lookup> = new Set();
  readonly #shared: Map<string, Promise<TrustedIssuer>> = new Map();
  readonly #releases: PendingReleases = new PendingReleases();
  #isClosed = false;

  constructor(resolver: IssuerResolver, options: ResolverIssuersOptions) {
    const refusals = new EarlierRefusals();
    this.#options = options;
    this.#calls = new ResolverCalls(resolver, { ...options, refusals });
    this.#unconfirmed = new UnconfirmedIssuers({
      ...options,
      refusals,
      acquireEntry: this.#acquire,
      confirmed: (leased) => this.#accept(leased),
    });
    const limits: LRUCache.Options<string, Acceptance, unknown> = {
      max: options.maxIssuers,
      dispose: ({ lease }, iss, reason) => {
        void lease.retire();
        if (reason !== 'set') options.log.forget(iss);
      },
    };
    this.#confirmed = new LRUCache(copyOptions(limits));
  }

  find(iss: unknown): MaybePromise<TrustedIssuer> {
    const known = this.findNow(iss);
    if (known !== undefined) return known;
    if (!isPlausibleIssuer(iss) || this.#now() < (this.#refusedUntil.get(iss) ?? 0)) throw denyIssuer(iss);
    return this.#unconfirmed.find(iss) ?? this.#lookUp(iss);
  }

  findNow(iss: unknown): TrustedIssuer | undefined {
    const acceptance = typeof iss === 'string' ? this.#confirmed.get(iss) : undefined;
    if (acceptance === undefined) return undefined;
    const now = this.#now();
    return now < acceptance.askAgainAt ? acceptance : this.#renew(acceptance, now);
  }

  known(): readonly TrustedIssuer[] {
    return [...this.#confirmed.values()];
  }

  clear(issuer?: string): void {
    for (const lookup of this.#lookups) if (issuer === undefined || lookup.iss === issuer) lookup.isSuperseded = true;
    for (const decisions of [this.#shared, this.#confirmed, this.#refusedUntil]) {
      if (issuer === undefined) decisions.clear();
      else decisions.delete(issuer);
    }
    this.#unconfirmed.clear(issuer);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#releases.releaseAll();
    this.clear();
    await this.#releases.settled();
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  // Past its end, or after an idle period without a call, the next request waits for a new decision.
  #renew(acceptance: Acceptance, now: number): TrustedIssuer | undefined {
    if (now - acceptance.calledAt >= longestAcceptance || now >= this.#endOf(acceptance)) return undefined;
    acceptance.askAgainAt = now + refusalLife;
    this.#lookUp(acceptance.issuer).catch(() => undefined);
    return acceptance;
  }

  #endOf({ decidedAt }: Acceptance): number {
    return decidedAt + longestAcceptance + this.#options.staleFor;
  }

  #lookUp(iss: string): Promise<TrustedIssuer> {
    const shared = this.#shared.get(iss);
    if (shared !== undefined) return shared;
    const lookup: Lookup = { iss, isSuperseded: false };
    this.#lookups.add(lookup);
    const decision = this.#decide(lookup).finally(() => {
      this.#lookups.delete(lookup);
      if (this.#shared.get(iss) === decision) this.#shared.delete(iss);
    });
    if (this.#options.sharesPromises) this.#shared.set(iss, decision);
    return decision;
  }

  async #decide(lookup: Lookup): Promise<TrustedIssuer> {
    const { iss } = lookup;
    const answer = await this.#calls.resolve(iss, this.#confirmed.has(iss)).catch(asFailure);
    if (this.#isClosed) throw closedError();
    if (lookup.isSuperseded) return await this.#lookUp(iss);
    if (answer instanceof UnavailableError) return this.#keep(iss, answer);
    this.#options.log.decided(iss);
    if (answer === undefined) throw this.#deny(iss);
    const previous = this.#confirmed.get(iss);
    return previous === undefined ? await this.#open(answer, lookup) : this.#replace(answer);
  }

  #deny(iss: string): Error {
    this.#confirmed.delete(iss);
    this.#unconfirmed.clear(iss);
    this.#refusedUntil.set(iss, this.#now() + refusalLife);
    return denyIssuer(iss);
  }

  // The last decision applies until the resolver makes another one, within limits.
  #keep(iss: string, error: UnavailableError): TrustedIssuer {
    const acceptance = this.#confirmed.get(iss);
    if (acceptance === undefined) throw error;
    const now = this.#now();
    const end = this.#endOf(acceptance);
    this.#options.log.failed(iss, error);
    if (now >= end) {
      this.#confirmed.delete(iss);
      throw error;
    }
    acceptance.calledAt = now;
    acceptance.askAgainAt = Math.min(now + refusalLife, end);
    return acceptance;
  }

  async #open(resolved: ResolvedIssuer, lookup: Lookup): Promise<TrustedIssuer> {
    const leased = await this.#unconfirmed.open(resolved);
    if (!this.#isClosed && !lookup.isSuperseded) {
      this.#unconfirmed.add(leased);
      return leased;
    }
    leased.reject?.();
    void leased.lease.retire();
    if (this.#isClosed) throw closedError();
    return await this.#lookUp(lookup.iss);
  }

  #replace(resolved: ResolvedIssuer): TrustedIssuer {
    const { issuer, policy } = resolved;
    const lease = this.#acquire(resolved);
    return this.#accept({ issuer, policy, entry: lease.entry, lease, decidedAt: this.#now() });
  }

  #accept({ issuer, policy, entry, lease, decidedAt }: LeasedIssuer): TrustedIssuer {
    const times = { decidedAt, calledAt: decidedAt, askAgainAt: decidedAt + renewAfter };
    const acceptance: Acceptance = { issuer, policy, entry, lease, ...times };
    lease.confirm();
    this.#confirmed.set(issuer, acceptance);
    return acceptance;
  }

  readonly #acquire: AcquireEntry = (resolved): VerifierLease => {
    try {
      return this.#releases.track(this.#options.acquireEntry(resolved));
    } catch (cause) {
      throw lookupFailed(cause);
    }
  };
}

function asFailure(error: unknown): UnavailableError {
  return error instanceof UnavailableError ? error : lookupFailed(error);
}

function closedError(): UnavailableError {
  return new UnavailableError('ERR_CLOSED', 'The verifier was closed');
}
