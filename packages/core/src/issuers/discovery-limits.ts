import { UnavailableError } from '../errors.ts';
import { Limiter } from '../lib/limiter.ts';
import type { ResolvedIssuer } from '../options/resolve-issuer.ts';
import type { Clock } from '../runtime/clock.ts';
import { DiscoveryBudget } from './discovery-budget.ts';
import type { EarlierRefusals } from './earlier-refusals.ts';
import { TextCache } from './text-cache.ts';
import { waitingLimits } from './waiting-limits.ts';

const concurrentDiscoveries = 32;
const budgetLimits = { burst: 200, perSecond: 10 };
// Seconds. Longer than a signature waits for the thread pool.
const longestVerification = 3;
// Left to issuers that were refused before. Each further refusal halves it.
const reserved = 100;

/** The settings of {@link DiscoveryLimits}. */
export interface DiscoveryLimitsOptions {
  readonly clock: Clock;
  /** The connections to one origin. */
  readonly connections: number;
  readonly sharesPromises: boolean;
  readonly refusals: EarlierRefusals;
}

/**
 * Limits the first fetches from issuers that unsigned tokens name. They leave one connection of an origin free, because
 * the issuers in use may be at the same origin.
 */
export class DiscoveryLimits {
  readonly #options: DiscoveryLimitsOptions;
  readonly #all: Limiter = new Limiter({ concurrent: concurrentDiscoveries, ...waitingLimits });
  readonly #origins: Map<string, Limiter> = new Map();
  readonly #unknown: DiscoveryBudget;
  /** For issuers that were confirmed before, so that unknown ones cannot spend it. */
  readonly #returning: DiscoveryBudget;
  readonly #confirmed: TextCache<true> = new TextCache();
  readonly #spentAt: TextCache<number> = new TextCache();
  /** The issuers whose first signature is being verified. */
  readonly #unverified: Map<string, () => void> = new Map();

  constructor(options: DiscoveryLimitsOptions) {
    this.#options = options;
    this.#unknown = new DiscoveryBudget(budgetLimits, options.clock);
    this.#returning = new DiscoveryBudget(budgetLimits, options.clock);
  }

  /**
   * Runs a discovery within the limits.
   *
   * @throws UnavailableError if the budget is spent; LimitExceededError if too many wait.
   */
  async run<TResult>(source: ResolvedIssuer, discover: () => Promise<TResult>): Promise<TResult> {
    const { issuer } = source;
    const { refusals, sharesPromises } = this.#options;
    const isReturning = this.#confirmed.get(issuer) === true;
    const limited = async (): Promise<TResult> => {
      if (!this.#spend(issuer)) {
        refusals.add(issuer);
        throw budgetSpent();
      }
      refusals.delete(issuer);
      return await discover();
    };
    // On Workers the other requests cannot start this one.
    if (!sharesPromises) return await limited();
    const priority = isReturning ? Number.POSITIVE_INFINITY : refusals.count(issuer);
    return await this.#atOrigin(originOf(source), () => this.#untilVerified(issuer, limited, priority), priority);
  }

  /** The first signature of an issuer was verified, or could not be. */
  settled(issuer: string): void {
    this.#unverified.get(issuer)?.();
  }

  /** An issuer was confirmed: its discovery costs nothing. */
  confirmed(issuer: string): void {
    this.#budgetOf(issuer).refund();
    this.#confirmed.set(issuer, true);
  }

  // A discovery keeps its place until its signature is verified. Otherwise many real tenants at once would spend the
  // budget while their signatures, which return it, wait for the thread pool.
  #untilVerified<TResult>(issuer: string, discover: () => Promise<TResult>, priority: number): Promise<TResult> {
    return new Promise((resolve, reject) => {
      const run = async (): Promise<void> => {
        resolve(await discover());
        await this.#verification(issuer);
      };
      this.#all.run(run, priority).catch(reject);
    });
  }

  #verification(issuer: string): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        if (this.#unverified.get(issuer) === end) this.#unverified.delete(issuer);
        resolve();
      };
      const timer = setTimeout(end, longestVerification * 1000);
      this.#unverified.set(issuer, end);
    });
  }

  // On Workers each request of a cold process fetches for itself: together they count as one discovery.
  #spend(issuer: string): boolean {
    const now = this.#options.clock.monotonic();
    if (now - (this.#spentAt.get(issuer) ?? Number.NEGATIVE_INFINITY) < 1) return true;
    if (!this.#budgetOf(issuer).spend(this.#reservedFrom(issuer))) return false;
    this.#spentAt.set(issuer, now);
    return true;
  }

  #reservedFrom(issuer: string): number {
    return Math.floor(reserved / 2 ** this.#options.refusals.count(issuer));
  }

  #budgetOf(issuer: string): DiscoveryBudget {
    return this.#confirmed.get(issuer) === true ? this.#returning : this.#unknown;
  }

  async #atOrigin<TResult>(origin: string, task: () => Promise<TResult>, priority: number): Promise<TResult> {
    const concurrent = Math.max(1, this.#options.connections - 1);
    const limiter = this.#origins.get(origin) ?? new Limiter({ concurrent, ...waitingLimits });
    this.#origins.set(origin, limiter);
    try {
      return await limiter.run(task, priority);
    } finally {
      if (limiter.isIdle) this.#origins.delete(origin);
    }
  }
}

// Documents of one issuer may be at several origins; most are at this one.
function originOf({ issuer, metadataUri, jwksUri }: ResolvedIssuer): string {
  const url = jwksUri ?? metadataUri ?? issuer;
  return URL.canParse(url) ? new URL(url).origin : url;
}

function budgetSpent(): UnavailableError {
  return new UnavailableError(
    'ERR_KEY_SET_UNAVAILABLE',
    'The keys of the issuer are not loaded, and too many unknown issuers were requested before',
  );
}
