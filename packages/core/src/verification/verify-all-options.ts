import { resolveRequirements } from '../authorization/resolve-requirements.ts';
import type { PolicyTable, ResolvedRequirements } from '../authorization/resolved-requirements.ts';
import { OptionReader } from '../options/option-reader.ts';
import type { Requirements } from '../requirements.ts';

/** The default of `concurrency`. */
export const defaultConcurrency = 64;

/** Options for verifying many tokens at once. */
export interface VerifyAllOptions {
  /**
   * The number of tokens that are verified at the same time, at least 1.
   *
   * @default 64
   */
  readonly concurrency?: number;
  /**
   * Requirements that every token must meet.
   *
   * @default none
   */
  readonly requirements?: Requirements;
}

/** {@link VerifyAllOptions} after validation. */
export interface ResolvedVerifyAllOptions {
  readonly concurrency: number;
  readonly requirements: ResolvedRequirements;
}

/**
 * Validates the options of `verifyAll`.
 *
 * @throws ConfigurationError if an option is unknown or of the wrong type.
 */
export function resolveVerifyAllOptions(options: VerifyAllOptions, policies: PolicyTable): ResolvedVerifyAllOptions {
  const reader = new OptionReader(options, '', ['concurrency', 'requirements']);
  return {
    concurrency:
      reader.number('concurrency', { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true }) ?? defaultConcurrency,
    requirements: resolveRequirements(reader.raw('requirements') as Requirements | undefined, 'verifyAll', policies),
  };
}
