import { createVerifier } from '@verifier/core';
import type { Open } from './contestant.ts';

export const open: Open = ({ issuer, audience, jwksUri }) => {
  const verifier = createVerifier({ issuer, audience, jwksUri });
  return {
    verify: (token) => verifier.verify(token),
    cacheHits: () => verifier.stats().tokenCache.hits,
  };
};
