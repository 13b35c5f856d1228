import { createPublicKey } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import type { PublicKey } from '../tokens/keys.ts';
import type { Target } from '../tokens/token-file.ts';
import type { Contestant } from './contestant.ts';

/** fast-jwt with a key that was fetched once, at the start, and stays for good. */
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
