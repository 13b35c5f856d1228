import { createVerifier, type Verifier, type VerifierOptions } from '@verifier/core';
import type { Target } from '../tokens/token-file.ts';

/** What our contestants differ in. */
export type Options = Pick<VerifierOptions, 'tokenCache'>;

/** Our verifier for the issuer of a run, and how its token cache does. */
export function openVerifier(
  { issuer, audience, jwksUri }: Target,
  options: Options = {},
): { readonly verifier: Verifier; readonly cacheHits: () => number } {
  const verifier = createVerifier({ issuer, audience, jwksUri, ...options });
  return { verifier, cacheHits: () => verifier.stats().tokenCache.hits };
}
