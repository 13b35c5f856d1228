import type { Verifier } from '@verifier/core';
import type { Target } from '../tokens/token-file.ts';
import { type Contestant, concurrency, type Open } from './contestant.ts';
import { type Options, openVerifier } from './our-verifier.ts';

export const open: Open = (target) => openWith(target);

export function openWith(target: Target, options?: Options): Contestant {
  const { verifier, cacheHits } = openVerifier(target, options);
  return { verify: (token) => verifier.verify(token), verifyMany: inBatches(verifier), cacheHits };
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
