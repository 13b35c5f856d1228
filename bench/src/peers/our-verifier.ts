import { createVerifier, type Verifier, type VerifierOptions } from '@verifier/core';
import type { Target } from '../tokens/token-file.ts';

/** The options that differ between our contestants. */
export type Options = Pick<VerifierOptions, 'tokenCache'>;

/** Creates our verifier for the issuer of a run, with a counter of cache hits. */
export function openVerifier(
  { issuer, audience, jwksUri }: Target,
  options: Options = {},
): { readonly verifier: Verifier; readonly cacheHits: () => number } {
  const verifier = createVerifier({ issuer, audience, jwksUri, ...options });
  return { verifier, cacheHits: () => verifier.stats().tokenCache.hits };
}
