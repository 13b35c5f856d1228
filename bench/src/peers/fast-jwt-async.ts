import { createVerifier } from 'fast-jwt';
import buildGetJwks from 'get-jwks';
import type { Target } from '../tokens/token-file.ts';
import type { Contestant } from './contestant.ts';

/** fast-jwt with a key requested for every token from get-jwks, which caches it. */
export function openWith(cache: boolean, { issuer, audience, algorithm }: Target): Contestant {
  const keys = buildGetJwks({ jwksPath: '/v1/keys' });
  const verify = createVerifier({
    key: async ({ header }: { header: Record<string, string> }) => {
      const { kid = '', alg = '' } = header;
      return keys.getPublicKey({ kid, alg, domain: issuer });
    },
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    requiredClaims: ['exp'],
    cache,
  });
  return { verify: (token) => verify(token) };
}
