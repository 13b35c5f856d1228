import { createVerifier, type VerifierOptions } from '@verifier/core';
import type { Target } from '../tokens/token-file.ts';
import type { Contestant, Open } from './contestant.ts';

export const open: Open = (target) => openWith(target);

/** With options besides the issuer's. */
export async function openWith(
  { issuer, audience, jwksUri }: Target,
  options: Pick<VerifierOptions, 'tokenCache'> = {},
): Promise<Contestant> {
  const verifier = createVerifier({ issuer, audience, jwksUri, ...options });
  await verifier.warmUp();
  return {
    verifySync: (token) => verifier.verifySync(token),
    cacheHits: () => verifier.stats().tokenCache.hits,
  };
}
