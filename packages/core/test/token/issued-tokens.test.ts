import { describe, expect, it } from 'vitest';
import type { AuthErrorCode, SingleIssuerOptions } from '../../src/index.ts';
import { authErrorFrom } from '../support/expected-errors.ts';
import { claimsWith, encode, signParts } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('RS256');

type Members = Readonly<Record<string, unknown>>;

/** A token that an authorization server issues, by what it has in addition to common claims, and its right outcome. */
interface IssuedToken {
  readonly what: string;
  readonly claims?: Members;
  readonly header?: Members;
  readonly options?: Partial<SingleIssuerOptions>;
  readonly code?: AuthErrorCode;
}

const idTokens = { dangerouslyAcceptIdTokens: true };

const issued: readonly IssuedToken[] = [
  { what: 'a client token of rauthy', claims: { sub: null, client_id: 'c' } },
  { what: 'a null azp', claims: { azp: null } },
  {
    what: 'null in every optional claim',
    claims: { sub: null, azp: null, nbf: null, iat: null, jti: null, scp: null },
  },
  { what: 'a null audience among others', claims: { aud: ['api://default', null] } },
  { what: 'a null exp', claims: { exp: null }, code: 'ERR_CLAIM_MISSING' },
  {
    what: 'an access token of Dex',
    claims: { at_hash: 'x', email: 'a@b.example', groups: ['g'], scope: null, client_id: null },
    code: 'ERR_TOKEN_TYPE',
  },
  {
    what: 'an access token of Dex, expected',
    options: idTokens,
    claims: { at_hash: 'x', email: 'a@b.example', scope: null, client_id: null },
  },
  {
    what: 'an access token of authentik after a login with a nonce',
    claims: { nonce: 'n', azp: 'api', uid: 'u', scope: null, client_id: null },
    code: 'ERR_TOKEN_TYPE',
  },
  {
    what: 'an access token of authentik after a login with a nonce, expected',
    options: idTokens,
    claims: { nonce: 'n', azp: 'api', uid: 'u', scope: null, client_id: null },
  },
  { what: 'at+jwt with a nonce and at_hash', header: { typ: 'at+jwt' }, claims: { nonce: 'n', at_hash: 'x' } },
  { what: 'the same without at+jwt', claims: { nonce: 'n', at_hash: 'x' }, code: 'ERR_TOKEN_TYPE' },
  { what: 'a token that is bound by kid', claims: { cnf: { kid: 'k' } }, code: 'ERR_BINDING_REQUIRED' },
  { what: 'a null cnf', claims: { cnf: null } },
  {
    what: 'an authorization response',
    claims: { code: 'c', state: 's', scope: null, client_id: null },
    code: 'ERR_TOKEN_TYPE',
  },
  { what: 'an offline token of Keycloak', claims: { typ: 'Offline' }, code: 'ERR_TOKEN_TYPE' },
  { what: 'an identity assertion grant', header: { typ: 'oauth-id-jag+jwt' }, code: 'ERR_TOKEN_TYPE' },
];

describe.each(engines)('on the $name engine', (engine) => {
  it.each(issued)('[TOKEN-ISSUED] $what: $code', async ({ claims, header, options, code }) => {
    const verifier = verifierOn(engine, optionsFor(key, options));
    const parts = [{ alg: 'RS256', kid: key.kid, typ: 'JWT', ...header }, claimsWith(claims)];
    const [encodedHeader = '', encodedClaims = ''] = parts.map((part) => encode(JSON.stringify(part)));
    const work = verifier.verify(signParts(key, encodedHeader, encodedClaims));
    if (code === undefined) return expect(work).resolves.toHaveProperty('scheme', 'Bearer');
    return expect(await authErrorFrom(work)).toHaveProperty('code', code);
  });
});
