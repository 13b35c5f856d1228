import { JwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { Target } from '../tokens/token-file.ts';
import type { Open } from './contestant.ts';

// Its own fetcher supports https only.
const fetcher = { fetch: async (uri: string) => (await fetch(uri)).arrayBuffer() };

export const open: Open = (target) => {
  const verifier = create(target);
  return { verify: (token) => verifier.verify(token) };
};

export const openSync: Open = async (target) => {
  const verifier = create(target);
  await verifier.hydrate();
  return { verifySync: (token) => verifier.verifySync(token) };
};

function create({ issuer, audience, jwksUri }: Target) {
  const jwksCache = new SimpleJwksCache({ fetcher });
  return JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache });
}
