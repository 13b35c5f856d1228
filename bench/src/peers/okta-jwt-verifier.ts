import OktaJwtVerifier from '@okta/jwt-verifier';
import type { Open } from './contestant.ts';

export const open: Open = ({ issuer, audience, jwksUri }) => {
  // It warns about http, which is intended here.
  const { warn } = console;
  console.warn = () => undefined;
  const verifier = new OktaJwtVerifier({ issuer, jwksUri, testing: { disableHttpsCheck: true } });
  console.warn = warn;
  return { verify: (token) => verifier.verifyAccessToken(token, audience) };
};
