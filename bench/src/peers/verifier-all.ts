import { createVerifier, type Verifier, type VerifierOptions } from '@verifier/core';
import type { Target } from '../tokens/token-file.ts';
import { type Contestant, concurrency, type Open } from './contestant.ts';

export const open: Open = (target) => openWith(target);

/** With options besides the issuer's. */
export function openWith(
  { issuer, audience, jwksUri }: Target,
  options: Pick<VerifierOptions, 'tokenCache'> = {},
): Contestant {
  const verifier = createVerifier({ issuer, audience, jwksUri, ...options });
  return {
    verify: (token) => verifier.verify(token),
    verifyMany: inBatches(verifier),
    cacheHits: () => verifier.stats().tokenCache.hits,
  };
}

const batchSize = 1000;

function inBatches(verifier: Verifier): NonNullable<Contestant['verifyMany']> {
  return async (next, until) => {
    let verified = 0;
    do {
      const batch = Array.from({ length: batchSize }, next);
      const results = await verifier.verifyAll(batch, { concurrency });
      const refused = results.find((result) => result.status === 'rejected');
      if (refused !== undefined) throw refused.reason;
      verified += results.length;
    } while (!until());
    return verified;
  };
}
