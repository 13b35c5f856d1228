import type { UnavailableError } from '../errors.ts';
import { settleAll } from '../lib/settle-all.ts';
import type { TrustedIssuer } from './trusted-issuers.ts';

/**
 * Loads the keys of issuers in parallel.
 *
 * @throws AggregateError with an UnavailableError for each issuer that failed, after all fetches ended.
 */
export async function warmUp(issuers: readonly TrustedIssuer[]): Promise<void> {
  const results = await settleAll(issuers, issuers.length, async ({ entry }) => await entry.keys.load());
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ error: result.reason as UnavailableError, issuer: issuers[index]?.issuer }] : [],
  );
  if (failed.length === 0) return;
  const reasons = failed.map(({ error, issuer }) => `${issuer} (${error.code}): ${error.message}`).join('\n');
  const errors = failed.map(({ error }) => error);
  throw new AggregateError(errors, `The keys cannot be fetched of ${reasons}`);
}
