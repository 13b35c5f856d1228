import type { Target } from '../tokens/token-file.ts';
import type { Contestant, Open } from './contestant.ts';
import { type Options, openVerifier } from './our-verifier.ts';

export const open: Open = (target) => openWith(target);

export function openWith(target: Target, options?: Options): Contestant {
  const { verifier, cacheHits } = openVerifier(target, options);
  return { verify: (token) => verifier.verify(token), cacheHits };
}
