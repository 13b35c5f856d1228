import type { ConformanceCase } from '../conformance-case.ts';
import { accepted, expired, granted, invalid } from '../expected-answers.ts';
import { signed, sized, type TokenBuilder } from '../token-builder.ts';
import { tokenCases } from './token-cases.ts';

const secondsSinceEpoch = Math.floor(Date.now() / 1000);
const inAnHour = secondsSinceEpoch + 3600;
const anHourAgo = secondsSinceEpoch - 3600;

const acceptedCases: readonly ConformanceCase[] = [
  ...tokenCases('token/accepted', accepted(), [
    ['without-kid', 'RFC 7515, section 4.1.4: optional', signed({}, { kid: undefined })],
    ['kid-null', 'RFC 7515, section 4.1.4: optional', signed({}, { kid: null })],
    ['thumbprint-alone', 'RFC 7515, section 4.1.7', signed({}, { kid: undefined, x5t: 'AAA' })],
    ['typ-at+jwt', 'RFC 9068, section 2.1', signed({}, { typ: 'at+jwt' })],
    ['typ-application/at+jwt', 'RFC 9068, section 2.1', signed({}, { typ: 'application/at+jwt' })],
    ['typ-in-any-case', 'RFC 7515, section 4.1.9', signed({}, { typ: 'AT+JWT' })],
    ['typ-jwt', 'RFC 7519, section 5.1', signed({}, { typ: 'JWT' })],
    ['typ-absent', 'RFC 7519, section 5.1', signed({}, { typ: undefined })],
    ['audience-in-array', 'RFC 7519, section 4.1.3', signed((f) => ({ aud: ['https://other.example', f.audience] }))],
    ['nbf-in-the-past', 'RFC 7519, section 4.1.5', signed({ nbf: anHourAgo })],
    ['iat-in-the-future', 'RFC 7519, section 4.1.6: no rule', signed({ iat: inAnHour })],
    ['iat-absent', 'RFC 7519, section 4.1.6', signed({ iat: undefined })],
    ['header-member-unknown', 'RFC 7515, section 4: MUST be ignored', signed({}, { 'x-note': 'unknown' })],
    ['nonce-in-access-token', 'OpenID Connect Core, section 2', signed({ nonce: 'n-1' }, { typ: 'JWT' })],
    ['typ-at+jwt-with-nonce-and-at_hash', 'RFC 9068, section 2.1', signed({ nonce: 'n-1', at_hash: 'x' })],
    ['cnf-member-unknown', 'RFC 7800, section 3.1: MUST be ignored', signed({ cnf: { other: 'x' } })],
    ['cnf-null', 'RFC 7519, section 4', signed({ cnf: null })],
    ['nbf-iat-and-azp-null', 'RFC 7519, section 4.1', signed({ nbf: null, iat: null, azp: null, jti: null })],
    ['audience-and-null', 'RFC 7519, section 4.1.3', signed((f) => ({ aud: [f.audience, null] }))],
    ['member-of-the-prototype', 'RFC 8259, section 4', signed({ ['__proto__']: { sub: 'admin' } })],
    ['largest', 'RFC 6750, section 5.2', sized(16_384)],
  ]),
  ...tokenCases('token/accepted', accepted({ subject: null }), [
    ['subject-absent', 'RFC 7519, section 4.1.2', signed({ sub: undefined })],
    ['subject-null', 'RFC 7519, section 4.1.2', signed({ sub: null })],
  ]),
  ...tokenCases('token/accepted', accepted({ expiresAt: 4_102_444_800.5 }), [
    ['exp-with-fraction', 'RFC 7519, section 2: NumericDate', signed({ exp: 4_102_444_800.5 })],
  ]),
  {
    id: 'token/accepted/issued-by-the-token-endpoint',
    spec: 'RFC 6749, section 4.4; RFC 9068',
    path: '/scoped',
    headers: ({ issued }) => [['Authorization', `Bearer ${issued}`]],
    expected: granted,
  },
];

const times: readonly ConformanceCase[] = [
  ...tokenCases('token/expired', expired, [
    ['an-hour-ago', 'RFC 7519, section 4.1.4', signed({ exp: anHourAgo })],
    ['at-the-epoch', 'RFC 7519, section 4.1.4', signed({ exp: 0 })],
    ['before-the-epoch', 'RFC 7519, section 4.1.4', signed({ exp: -1 })],
  ]),
  ...tokenCases('token/times', invalid, [
    ['not-yet-valid', 'RFC 7519, section 4.1.5', signed({ nbf: inAnHour })],
    ['nbf-not-a-number', 'RFC 7519, section 4.1.5', signed({ nbf: String(anHourAgo) })],
    ['exp-absent', 'RFC 9068, section 2.2', signed({ exp: undefined })],
    ['exp-a-string', 'RFC 7519, section 4.1.4: NumericDate', signed({ exp: String(inAnHour) })],
    ['exp-null', 'RFC 7519, section 4.1.4: NumericDate', signed({ exp: null })],
    ['exp-an-object', 'RFC 7519, section 4.1.4: NumericDate', signed({ exp: {} })],
  ]),
];

const parties: readonly ConformanceCase[] = tokenCases('token/parties', invalid, [
  ['audience-wrong', 'RFC 9068, section 4', signed({ aud: 'https://other.example' })],
  ['audience-absent', 'RFC 9068, section 2.2', signed({ aud: undefined })],
  ['audience-empty-array', 'RFC 7519, section 4.1.3', signed({ aud: [] })],
  ['audience-a-prefix', 'RFC 7519, section 4.1.3: compared whole', signed((f) => ({ aud: `${f.audience}/more` }))],
  ['audience-in-other-case', 'RFC 7519, section 4.1.3', signed((f) => ({ aud: f.audience.toUpperCase() }))],
  ['audience-an-object', 'RFC 7519, section 4.1.3', signed((f) => ({ aud: { 0: f.audience } }))],
  ['issuer-wrong', 'RFC 9068, section 4', signed({ iss: 'https://other.example' })],
  ['issuer-absent', 'RFC 9068, section 2.2', signed({ iss: undefined })],
  ['issuer-with-slash', 'RFC 8414, section 4: compared exactly', signed((f) => ({ iss: `${f.issuer}/` }))],
  ['issuer-in-other-case', 'RFC 8414, section 4', signed((f) => ({ iss: f.issuer.toUpperCase() }))],
  ['issuer-an-array', 'RFC 7519, section 4.1.1', signed((f) => ({ iss: [f.issuer] }))],
]);

const asJwt = (claims: Readonly<Record<string, unknown>>): TokenBuilder => signed(claims, { typ: 'JWT' });

const purposes: readonly ConformanceCase[] = tokenCases('token/purpose', invalid, [
  ['id-token-by-nonce', 'RFC 9068, section 5', asJwt({ nonce: 'n-1', scope: undefined, client_id: undefined })],
  ['id-token-by-nonce-and-null', 'RFC 9068, section 5', asJwt({ nonce: 'n-1', scope: null, client_id: null })],
  ['id-token-by-at_hash', 'OpenID Connect Core, section 3.1.3.6', asJwt({ at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' })],
  ['id-token-by-c_hash', 'OpenID Connect Core, section 3.3.2.11', asJwt({ c_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' })],
  ['id-token-by-token_use', 'RFC 8725, section 3.12', asJwt({ token_use: 'id' })],
  ['refresh-token-by-typ-claim', 'RFC 8725, section 3.12', asJwt({ typ: 'Refresh' })],
  ['offline-token-by-typ-claim', 'RFC 8725, section 3.12', asJwt({ typ: 'Offline' })],
  ['authorization-response', 'JARM, section 2.1', asJwt({ code: 'c', state: 's', scope: null, client_id: null })],
  [
    'user-info-response',
    'OpenID Connect Core, section 5.3.2',
    asJwt({ email: 'a@b.example', iat: undefined, jti: undefined, scope: undefined, client_id: undefined }),
  ],
  ['security-event', 'RFC 8417, section 4.5', asJwt({ events: {} })],
  ['identity-assertion-by-header', 'RFC 8725, section 3.11', signed({}, { typ: 'oauth-id-jag+jwt' })],
  ['bound-to-a-key-by-its-name', 'RFC 7800, section 3.4', signed({ cnf: { kid: 'k' } })],
  [
    'bound-to-a-key-by-value',
    'RFC 7800, section 3.2',
    signed({ cnf: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'x' } } }),
  ],
  ['logout-token-by-header', 'OpenID Connect Back-Channel Logout, section 2.4', signed({}, { typ: 'logout+jwt' })],
  ['proof-by-header', 'RFC 9449, section 4.2', signed({}, { typ: 'dpop+jwt' })],
  ['bound-to-a-key', 'RFC 9449, section 7.1', signed({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } })],
  [
    'bound-to-a-certificate',
    'RFC 8705, section 3',
    signed({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
  ],
]);

/** Claims of a token: RFC 7519, RFC 9068, and the signs of a token issued for another purpose. */
export const claimCases: readonly ConformanceCase[] = [...acceptedCases, ...times, ...parties, ...purposes];
