import { createVerifier, type Verifier } from '@verifier/core';
import { type Contestant, concurrency, type Open } from './contestant.ts';

export const open: Open = ({ issuer, audience, jwksUri }) => {
  const verifier = createVerifier({ issuer, audience, jwksUri });
  return {
    verify: (token) => verifier.verify(token),
    verifyMany: inBatches(verifier),
    cacheHits: () => verifier.stats().tokenCache.hits,
  };
};

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
