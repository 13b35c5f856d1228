import type { Request, Response } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import type { Target } from '../tokens/token-file.ts';
import type { Contestant, Open } from './contestant.ts';

export const open: Open = ({ issuer, audience, jwksUri }) => asContestant({ issuer, audience, jwksUri });

export const openByDiscovery: Open = ({ issuer, audience }) => asContestant({ issuerBaseURL: issuer, audience });

const plainRequest = {
  method: 'GET',
  url: '/',
  originalUrl: '/',
  protocol: 'http',
  query: {},
  is: () => false,
  get: (name: string) => (name === 'Host' ? 'api.example.com' : undefined),
};

type Options = { audience: string } & ({ issuerBaseURL: string } | Pick<Target, 'issuer' | 'jwksUri'>);

// Its verifier is only accessible through its middleware, which reads these members of a request.
function asContestant(options: Options): Contestant {
  const middleware = auth(options);
  const verify = (token: string): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const headers = { authorization: `Bearer ${token}` };
    const request = { ...plainRequest, headers };
    void middleware(request as unknown as Request, {} as Response, (error) =>
      error === undefined ? resolve(request) : reject(error),
    );
    return promise;
  };
  return { verify };
}
