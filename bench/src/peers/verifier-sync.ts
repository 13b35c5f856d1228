import { createVerifier } from '@verifier/core';
import type { Open } from './contestant.ts';

export const open: Open = async ({ issuer, audience, jwksUri }) => {
  const verifier = createVerifier({ issuer, audience, jwksUri });
  await verifier.warmUp();
  return {
    verifySync: (token) => verifier.verifySync(token),
    cacheHits: () => verifier.stats().tokenCache.hits,
  };
};
