import { createVerifier, type VerifierOptions } from '@verifier/core';
import type { Target } from '../tokens/token-file.ts';
import type { Contestant, Open } from './contestant.ts';

export const open: Open = (target) => openWith(target);

/** With options besides the issuer's. */
export function openWith(
  { issuer, audience, jwksUri }: Target,
  options: Pick<VerifierOptions, 'tokenCache'> = {},
): Contestant {
  const verifier = createVerifier({ issuer, audience, jwksUri, ...options });
  return {
    verify: (token) => verifier.verify(token),
    cacheHits: () => verifier.stats().tokenCache.hits,
  };
}
