import type { Target } from '../tokens/token-file.ts';
import type { Contestant, Open } from './contestant.ts';
import { type Options, openVerifier } from './our-verifier.ts';

export const open: Open = (target) => openWith(target);

export async function openWith(target: Target, options?: Options): Promise<Contestant> {
  const { verifier, cacheHits } = openVerifier(target, options);
  await verifier.warmUp();
  return { verifySync: (token) => verifier.verifySync(token), cacheHits };
}
