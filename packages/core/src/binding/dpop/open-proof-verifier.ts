import type { ResolvedDpop } from '../../options/dpop-options.ts';
import { ProofNonces } from './proof-nonces.ts';
import { longestMemory, ProofVerifier, type ProofVerifierSettings } from './proof-verifier.ts';
import { ReplayClaims } from './replay-claims.ts';
import { ReplayMemory } from './replay-memory.ts';

/** The options of DPoP, and the settings of their verifier. */
export interface DpopParts extends ProofVerifierSettings {
  readonly options: ResolvedDpop;
}

const maxEntries = 200_000;

/** Opens the proof verifier of a verifier's options. */
export function openProofVerifier({ options, ...settings }: DpopParts): ProofVerifier {
  const { nonce, replay, window } = options;
  const { clock, runtime } = settings;
  const rotation = nonce === false ? undefined : nonce.rotation;
  const memory = (): ReplayMemory => new ReplayMemory({ lifetime: longestMemory(window, rotation), maxEntries, clock });
  return new ProofVerifier({
    ...settings,
    publicUrls: options.publicUrl,
    window,
    nonces:
      nonce === false ? undefined : { source: new ProofNonces({ ...nonce, clock, runtime }), rotation: nonce.rotation },
    replay: replay === false ? undefined : new ReplayClaims(replay ?? memory(), settings.counters.replay),
  });
}
