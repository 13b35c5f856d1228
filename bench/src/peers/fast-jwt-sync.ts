import { createPublicKey } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import type { PublicKey } from '../tokens/keys.ts';
import type { Target } from '../tokens/token-file.ts';
import type { Contestant } from './contestant.ts';

/** fast-jwt with a fixed key, fetched once at the start. */
export async function openWith(cache: boolean, { issuer, audience, algorithm, jwksUri }: Target): Promise<Contestant> {
  const response = await fetch(jwksUri);
  const { keys } = (await response.json()) as { keys: [PublicKey] };
  const verify = createVerifier({
    key: createPublicKey({ key: { ...keys[0] }, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    requiredClaims: ['exp'],
    cache,
  });
  return { verifySync: (token) => verify(token) };
}
