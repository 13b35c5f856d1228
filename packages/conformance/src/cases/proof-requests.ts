import type { Answer } from '../answer.ts';
import type { Profile } from '../app.ts';
import type { ConformanceCase, HeaderList } from '../conformance-case.ts';
import * as expected from '../expected-answers.ts';
import {
  boundTo,
  type ClientKey,
  generateClientKey,
  type ProofDifferences,
  publicUrl,
  signProof,
} from '../proof-builder.ts';
import { type SigningContext, signed, type TokenBuilder } from '../token-builder.ts';

/** The client that tokens are bound to. */
export const client: ClientKey = generateClientKey();

/** Another client. */
export const stranger: ClientKey = generateClientKey();

/** A token that is bound to the key of {@link client}. */
export const bound: TokenBuilder = boundTo(client);

/** A token that is not bound. */
export const unbound: TokenBuilder = signed();

const realm = 'realm="api"';
const algs = 'algs="ES256 Ed25519 EdDSA"';

/** The refusal of a request with the scheme DPoP, whose error is in the DPoP part. */
export function refused(error: string, description: string, bearer: string = `Bearer ${realm}, `): Answer {
  return {
    ...expected.invalid,
    wwwAuthenticate: [`${bearer}DPoP ${realm}, error="${error}", error_description="${description}", ${algs}`],
    body: JSON.stringify({ error, error_description: description }),
  };
}

/** Adds the DPoP part to the challenge of an answer. */
export function withDpop(answer: Answer, parameters = ''): Answer {
  return {
    ...answer,
    wwwAuthenticate: answer.wwwAuthenticate.map((bearer) => `${bearer}, DPoP ${realm}, ${parameters}${algs}`),
  };
}

/** Replaces the Bearer part of a challenge by the DPoP part. */
export function onlyDpop(answer: Answer): Answer {
  const toDpop = (challenge: string): string => `${challenge.replace('Bearer', 'DPoP')}, ${algs}`;
  return { ...answer, wwwAuthenticate: answer.wwwAuthenticate.map(toDpop) };
}

/** 401: the token is refused. */
export const invalidToken: Answer = refused('invalid_token', 'The access token is invalid');

/** 401: the proof is refused. */
export const invalidProof: Answer = refused('invalid_dpop_proof', 'The DPoP proof is invalid');

/** 401: the time of the proof is refused. */
export const wrongTime: Answer = refused('invalid_dpop_proof', 'The DPoP proof is too old or too new');

const nonceDescription = 'The DPoP proof needs the nonce of the header DPoP-Nonce';

/** 401: the proof needs a nonce. */
export const nonceNeeded: Answer = { ...refused('use_dpop_nonce', nonceDescription), dpopNonce: 'a nonce' };

/** 200 from `/protected` with the scheme DPoP. */
export const accepted: Answer = expected.accepted({ scheme: 'DPoP' });

/** Removes the Bearer part of a challenge. */
export function withoutBearer(answer: Answer): Answer {
  return {
    ...answer,
    wwwAuthenticate: answer.wwwAuthenticate.map((challenge) => challenge.replace(/^Bearer [^,]+, /, '')),
  };
}

/** The name of a case, its request and the answer. */
export type Row = readonly [name: string, request: Partial<ConformanceCase>, answer: Answer];

/** Returns the cases of a profile. */
export function cases(profile: Profile, spec: string, rows: readonly Row[]): ConformanceCase[] {
  return rows.map(([name, request, answer]) => ({
    id: `${profile}/${name}`,
    spec,
    profile,
    ...request,
    expected: answer,
  }));
}

/** A request with a bound token and its proof. */
export function withProof(
  differences: ProofDifferences = {},
  build: TokenBuilder = bound,
  key: ClientKey = client,
): Partial<ConformanceCase> {
  return {
    headers: (context: SigningContext) => {
      const token = build(context);
      return [
        ['Authorization', `DPoP ${token}`],
        ['DPoP', signProof(key, token, differences)],
      ];
    },
  };
}

/** A valid request for another path than `/protected`. */
export function withProofAt(path: string, build: TokenBuilder = bound): Partial<ConformanceCase> {
  return { path, ...withProof({ claims: { htu: `${publicUrl}${path}` } }, build) };
}

/** A request with other headers than those of a bound token and its proof. */
export function withHeaders(
  headersOf: (token: string, proof: string, context: SigningContext) => HeaderList,
): Partial<ConformanceCase> {
  return {
    headers: (context: SigningContext) => {
      const token = bound(context);
      return headersOf(token, signProof(client, token), context);
    },
  };
}

/** The headers of a request. */
export function headersOf({ headers = [] }: Partial<ConformanceCase>, context: SigningContext): HeaderList {
  return typeof headers === 'function' ? headers(context) : headers;
}

/** Two header lines with credentials. */
export function twoCredentials(first: string, second: string): HeaderList {
  return [
    ['Authorization', first],
    ['Authorization', second],
  ];
}

/** The header of a bearer token. */
export function bearer(token: string): HeaderList {
  return [['Authorization', `Bearer ${token}`]];
}
