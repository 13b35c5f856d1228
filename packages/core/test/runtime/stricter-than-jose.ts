import type { AuthErrorCode } from '../../src/index.ts';
import { audience, claimsWith, encode, headerText, now, signText, signToken } from '../support/sign-token.ts';
import { signWith, type TestKey } from '../support/test-key.ts';
import { loosen } from './hostile-tokens.ts';

/** A token that `jose.jwtVerify` accepts, with the same options, and this package refuses. */
export interface StricterThanJose {
  readonly code: AuthErrorCode;
  /** The claim that the error names. */
  readonly claim?: string;
  /** One sentence for the documentation. */
  readonly why: string;
  readonly example: (keys: { readonly ed25519: TestKey; readonly unbound: TestKey }) => string;
}

type Example = StricterThanJose['example'];

function withClaims(claims: Readonly<Record<string, unknown>>): Example {
  return ({ ed25519 }) => signToken(ed25519, claims);
}

function infinite(claim: string, number: '1e999' | '-1e999'): StricterThanJose {
  return {
    code: 'ERR_CLAIM_INVALID',
    claim,
    why: `An infinite number is not a date for "${claim}".`,
    example: ({ ed25519 }) => {
      const json = JSON.stringify(claimsWith({ [claim]: '@' })).replace('"@"', number);
      return signText(ed25519, headerText(ed25519), json);
    },
  };
}

function signedWithPss(header: Readonly<Record<string, unknown>>): Example {
  return ({ unbound }) => {
    const input = `${encode(headerText(unbound, { alg: 'PS256', ...header }))}.${encode(JSON.stringify(claimsWith()))}`;
    return `${input}.${signWith('PS256', unbound.privateKey, input).toString('base64url')}`;
  };
}

function otherType(name: string, claims: Readonly<Record<string, unknown>>): StricterThanJose {
  const example: Example = ({ ed25519 }) => signToken(ed25519, claims, { typ: 'JWT' });
  return { code: 'ERR_TOKEN_TYPE', why: `${name} is not an access token.`, example };
}

function notText(claim: string): StricterThanJose {
  const why = `The claim "${claim}" must be a string.`;
  return { code: 'ERR_CLAIM_INVALID', claim, why, example: withClaims({ [claim]: 5 }) };
}

/** Everything that this package refuses and jose does not, with a token for each. */
export const stricterThanJose: readonly StricterThanJose[] = [
  {
    code: 'ERR_TOKEN_TOO_LARGE',
    why: 'A token longer than `maxTokenSize` is not parsed.',
    example: withClaims({ filling: 'x'.repeat(16_384) }),
  },
  {
    code: 'ERR_TOKEN_MALFORMED',
    why: 'A signature in non-canonical base64url would give one token several encodings.',
    example: ({ ed25519 }) => {
      const [header = '', claims = '', signature = ''] = signToken(ed25519).split('.');
      return `${header}.${claims}.${loosen(signature, 'other_last_bits')}`;
    },
  },
  {
    code: 'ERR_TOKEN_MALFORMED',
    why: 'A byte order mark in front of JSON is forbidden to senders (RFC 8259, section 8.1).',
    example: ({ ed25519 }) => signText(ed25519, headerText(ed25519), `\uFEFF${JSON.stringify(claimsWith())}`),
  },
  {
    code: 'ERR_TOKEN_MALFORMED',
    why: 'More than a thousand arrays and objects in a short text take longer to parse than a signature takes to verify.',
    example: withClaims({ filling: Array.from({ length: 1000 }, () => []) }),
  },
  {
    code: 'ERR_CRIT_UNSUPPORTED',
    why: 'A header with "b64" requests an unencoded payload (RFC 7797), with or without "crit".',
    example: ({ ed25519 }) => signToken(ed25519, {}, { b64: false }),
  },
  {
    code: 'ERR_ALG_NOT_ALLOWED',
    why: 'An RSA key that names no algorithm is used with RS256, unless `algorithms` names others.',
    example: signedWithPss({}),
  },
  {
    code: 'ERR_KEY_NOT_FOUND',
    why: 'The same applies if a token names no key: an RSA key without an algorithm fits no other one.',
    example: signedWithPss({ kid: undefined }),
  },
  {
    code: 'ERR_TOKEN_TYPE',
    why: 'A header type other than "at+jwt" or "JWT" marks a token that was made for another purpose.',
    example: ({ ed25519 }) => signToken(ed25519, {}, { typ: 'logout+jwt' }),
  },
  otherType('An ID token, recognized by "at_hash",', { at_hash: 'x' }),
  otherType('An ID token, recognized by "c_hash",', { c_hash: 'x' }),
  otherType('An ID token, recognized by "token_use",', { token_use: 'id' }),
  otherType('An ID token, recognized by the claim "typ",', { typ: 'ID' }),
  otherType('An ID token, recognized by "nonce" without a claim of an access token,', {
    nonce: 'x',
    client_id: undefined,
  }),
  otherType('A logout token or security event, recognized by "events",', { events: {} }),
  otherType('A logout token, recognized by the claim "typ",', { typ: 'Logout' }),
  otherType('A refresh token, recognized by the claim "typ",', { typ: 'Refresh' }),
  otherType('An offline token, recognized by the claim "typ",', { typ: 'Offline' }),
  otherType('An authorization response, recognized by "code" and "state",', {
    code: 'x',
    state: 'y',
    client_id: undefined,
  }),
  otherType('A UserInfo response, recognized by "email" without "iat",', {
    email: 'x',
    client_id: undefined,
    iat: undefined,
  }),
  otherType('An introspection response', { token_introspection: {} }),
  otherType('A DPoP proof', { htm: 'GET', htu: 'https://api.example' }),
  {
    code: 'ERR_CLAIM_MISSING',
    claim: 'exp',
    why: 'A token without an expiry would stay valid forever.',
    example: withClaims({ exp: undefined }),
  },
  infinite('exp', '1e999'),
  infinite('nbf', '-1e999'),
  infinite('iat', '1e999'),
  {
    code: 'ERR_CLAIM_INVALID',
    claim: 'aud',
    why: 'RFC 7519, section 4.1.3, allows only strings in "aud".',
    example: withClaims({ aud: [audience, 5] }),
  },
  ...['sub', 'jti', 'client_id', 'cid', 'azp', 'appid'].map(notText),
  {
    code: 'ERR_CLAIM_INVALID',
    claim: 'cnf',
    why: 'A confirmation that is not an object may hide that the token is bound to a key.',
    example: withClaims({ cnf: 'x', iat: now }),
  },
  {
    code: 'ERR_BINDING_REQUIRED',
    claim: 'cnf',
    why: 'A token that is bound to a key requires proof of possession, which a bearer does not send (RFC 7800, section 3.1).',
    example: withClaims({ cnf: { jkt: 'x' } }),
  },
];
