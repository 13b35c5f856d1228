import { isAuthError } from '../../errors.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { ProofCounters } from '../../observability/stats.ts';

/** Verifies a proof, counts its outcome, and passes on its result or error. */
export function countProof<TResult>(
  counters: ProofCounters,
  verify: () => MaybePromise<TResult>,
): MaybePromise<TResult> {
  const accept = (result: TResult): TResult => {
    counters.accepted += 1;
    return result;
  };
  const refuse = (error: unknown): never => {
    if (isAuthError(error)) counters.refused[error.code] = (counters.refused[error.code] ?? 0) + 1;
    throw error;
  };
  try {
    const result = verify();
    return result instanceof Promise ? result.then(accept, refuse) : accept(result);
  } catch (error) {
    return refuse(error);
  }
}
