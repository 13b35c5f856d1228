import jwt, { type Algorithm, type GetPublicKeyOrSecret, type VerifyOptions } from 'jsonwebtoken';
import jwksClient from 'jwks-rsa';
import type { Open } from './contestant.ts';

export const open: Open = ({ issuer, audience, jwksUri, algorithm }) => {
  const client = jwksClient({ jwksUri });
  const findKey: GetPublicKeyOrSecret = ({ kid }, done) => {
    client.getSigningKey(kid, (error, key) => done(error, key?.getPublicKey()));
  };
  const options: VerifyOptions = { issuer, audience, algorithms: [algorithm as Algorithm] };
  const verify = (token: string): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    jwt.verify(token, findKey, options, (error, claims) => (error === null ? resolve(claims) : reject(error)));
    return promise;
  };
  return { verify };
};
