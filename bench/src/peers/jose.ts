import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Open } from './contestant.ts';

export const open: Open = ({ issuer, audience, jwksUri, algorithm }) => {
  const keySet = createRemoteJWKSet(new URL(jwksUri));
  const options = { issuer, audience, algorithms: [algorithm] };
  return { verify: (token) => jwtVerify(token, keySet, options) };
};
