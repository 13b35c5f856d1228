import { UnavailableError } from '../errors.ts';
import { LimitExceededError } from '../lib/limit-exceeded-error.ts';
import { Limiter } from '../lib/limiter.ts';
import type { ResolverLog } from '../observability/resolver-log.ts';
import type { IssuerOptions, IssuerResolver } from '../options/options.ts';
import type { ResolvedIssuer } from '../options/resolve-issuer.ts';
import type { EarlierRefusals } from './earlier-refusals.ts';
import { waitingLimits } from './waiting-limits.ts';

// Calls of the resolver at once. Each may be a query of a database.
const concurrentCalls = 64;

/** The collaborators and limits of {@link ResolverCalls}. */
export interface ResolverCallsOptions {
  /** Validates the options that the resolver returned; throws a ConfigurationError. */
  readonly resolve: (options: IssuerOptions) => ResolvedIssuer;
  /** The time limit of one call of the resolver, in seconds. */
  readonly timeout: number;
  /** Whether one request may await what another one started. */
  readonly sharesPromises: boolean;
  readonly refusals: EarlierRefusals;
  readonly log: ResolverLog;
}

/** Calls the application's resolver: a limited number of times at once, within a time limit. */
export class ResolverCalls {
  readonly #resolver: IssuerResolver;
  readonly #options: ResolverCallsOptions;
  readonly #limiter: Limiter = new Limiter({ concurrent: concurrentCalls, ...waitingLimits });

  constructor(resolver: IssuerResolver, options: ResolverCallsOptions) {
    this.#resolver = resolver;
    this.#options = options;
  }

  /**
   * The options of an issuer; undefined if it is refused.
   *
   * @param isUrgent - Whether the issuer is in use, so that the call must not wait behind those for unknown ones.
   * @throws UnavailableError with ERR_ISSUER_LOOKUP_FAILED in every case of failure.
   */
  async resolve(iss: string, isUrgent: boolean): Promise<ResolvedIssuer | undefined> {
    const { sharesPromises, refusals } = this.#options;
    try {
      const call = (): Promise<unknown> => this.#call(iss);
      const priority = isUrgent ? Number.POSITIVE_INFINITY : refusals.count(iss);
      const answer = sharesPromises ? await this.#limiter.run(call, priority) : await call();
      return this.#read(answer, iss);
    } catch (cause) {
      if (cause instanceof LimitExceededError) refusals.add(iss);
      throw lookupFailed(cause);
    }
  }

  #read(answer: unknown, iss: string): ResolvedIssuer | undefined {
    if (answer === undefined || answer === null || answer === false) return undefined;
    if (typeof answer !== 'object' || Array.isArray(answer)) {
      throw this.#wrong(Array.isArray(answer) ? 'an array' : `a ${typeof answer}`);
    }
    const resolved = this.#resolveOptions(answer as IssuerOptions);
    if (resolved.issuer === iss) return resolved;
    throw this.#wrong('the options of another issuer than the requested one');
  }

  #resolveOptions(options: IssuerOptions): ResolvedIssuer {
    try {
      return this.#options.resolve(options);
    } catch (cause) {
      throw this.#wrong('options that cannot be used', cause);
    }
  }

  #wrong(kind: string, cause?: unknown): TypeError {
    this.#options.log.wrongAnswer(kind);
    return cause instanceof TypeError ? cause : new TypeError(`The resolver returned ${kind}`);
  }

  async #call(iss: string): Promise<unknown> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const { timeout } = this.#options;
    const timer = setTimeout(() => reject(new Error(`The resolver did not answer in ${timeout} s`)), timeout * 1000);
    try {
      return await Promise.race([this.#resolver(iss), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The error for an issuer that the resolver could not decide on. */
export function lookupFailed(cause: unknown): UnavailableError {
  return new UnavailableError('ERR_ISSUER_LOOKUP_FAILED', 'The resolver could not decide on the issuer of the token', {
    cause,
  });
}
