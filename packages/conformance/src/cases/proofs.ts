import type { Answer } from '../answer.ts';
import type { ConformanceCase, HeaderList } from '../conformance-case.ts';
import * as expected from '../expected-answers.ts';
import { boundTo, publicUrl } from '../proof-builder.ts';
import { signed } from '../token-builder.ts';
import {
  accepted,
  bearer,
  bound,
  cases,
  client,
  headersOf,
  invalidProof,
  invalidToken,
  onlyDpop,
  refused,
  stranger,
  twoCredentials,
  unbound,
  withDpop,
  withHeaders,
  withProof,
  withProofAt,
  wrongTime,
} from './proof-requests.ts';

const repeatedError = 'error="invalid_request", error_description="The request has more than one set of credentials", ';

const forged: HeaderList = [
  ['Host', 'forged-by-the-client.example:81'],
  ['X-Forwarded-Host', 'forged-by-the-client.example'],
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Prefix', '/forged-by-the-client'],
  ['Forwarded', 'host=forged-by-the-client.example;proto=http'],
];

const forgedHtu = { claims: { htu: 'http://forged-by-the-client.example:81/protected' } };

const credentials = [
  ...cases('dpop', 'RFC 9449, section 7.1: the challenge names the scheme', [
    ['nothing', {}, withDpop(expected.anonymous)],
    ['basic', { headers: [['Authorization', 'Basic Y2xpZW50OnBhc3N3b3Jk']] }, withDpop(expected.anonymous)],
    [
      'no-token',
      { headers: [['Authorization', 'DPoP']] },
      { ...refused('invalid_request', 'The Authorization header is malformed'), status: 400 },
    ],
  ]),
  ...cases('dpop', 'RFC 9449, section 7.2: more than one set of credentials', [
    ['both-schemes', withHeaders((token) => twoCredentials(`Bearer ${token}`, `DPoP ${token}`)), repeated()],
    ['twice', withHeaders((token) => twoCredentials(`DPoP ${token}`, `DPoP ${token}`)), repeated()],
    ['comma', withHeaders((token) => [['Authorization', `Bearer ${token}, DPoP ${token}`]]), repeated()],
  ]),
  ...cases('dpop', 'RFC 9449, section 7.2: bearer tokens', [
    ['bearer', withHeaders((_token, _proof, context) => bearer(unbound(context))), expected.accepted()],
    [
      'bearer-with-a-proof',
      withHeaders((_token, proof, context) => [...bearer(unbound(context)), ['DPoP', proof]]),
      expected.accepted(),
    ],
    ['bearer-bound', withHeaders((token) => bearer(token)), withDpop(expected.invalid)],
    [
      'bearer-bound-with-its-proof',
      withHeaders((token, proof) => [...bearer(token), ['DPoP', proof]]),
      withDpop(expected.invalid),
    ],
    [
      'bearer-expired',
      withHeaders((_token, _proof, context) => bearer(signed({ exp: 1 })(context))),
      withDpop(expected.expired),
    ],
  ]),
];

function repeated(): Answer {
  return withDpop(expected.repeated, repeatedError);
}

const proofs = [
  ...cases('dpop', 'RFC 9449, section 7.1', [
    ['good', withProof(), accepted],
    ['head-request', { method: 'HEAD', ...withProof({ claims: { htm: 'HEAD' } }) }, expected.bodiless(accepted)],
    ['head-request-with-a-proof-for-get', { method: 'HEAD', ...withProof() }, expected.bodiless(invalidProof)],
    ['good-by-a-scope-guard', withProofAt('/scoped'), expected.granted],
    [
      'scheme-in-lower-case',
      withHeaders((token, proof) => [
        ['Authorization', `dpop ${token}`],
        ['DPoP', proof],
      ]),
      accepted,
    ],
    ['token-expired', withProof({}, boundTo(client, { exp: 1 })), refused('invalid_token', 'The access token expired')],
    ['token-refused', withProof({}, boundTo(client, { aud: 'x' })), invalidToken],
    ['token-unbound', withProof({}, unbound), invalidToken],
    ['token-of-another-key', withProof({}, bound, stranger), invalidToken],
  ]),
  ...cases('dpop', 'RFC 9449, section 4.3: the checks of a proof', [
    ['proof-absent', withHeaders((token) => [['Authorization', `DPoP ${token}`]]), invalidProof],
    [
      'proof-twice',
      withHeaders((token, proof) => [
        ['Authorization', `DPoP ${token}`],
        ['DPoP', proof],
        ['DPoP', proof],
      ]),
      invalidProof,
    ],
    [
      'proof-malformed',
      withHeaders((token) => [
        ['Authorization', `DPoP ${token}`],
        ['DPoP', 'a.b.c'],
      ]),
      invalidProof,
    ],
    ['proof-too-long', withProof({ claims: { padding: 'x'.repeat(8192) } }), invalidProof],
    ['proof-of-another-type', withProof({ header: { typ: 'JWT' } }), invalidProof],
    ['proof-with-hmac', withProof({ header: { alg: 'HS256' } }), invalidProof],
    ['proof-with-a-private-key', withProof({ header: { jwk: { ...client.publicJwk, d: 'AQ' } } }), invalidProof],
    ['proof-with-another-signature', withProof({ signer: stranger }), invalidProof],
    ['proof-without-jti', withProof({ claims: { jti: undefined } }), invalidProof],
    ['proof-for-another-method', withProof({ claims: { htm: 'POST' } }), invalidProof],
    ['proof-for-another-path', withProof({ claims: { htu: `${publicUrl}/scoped` } }), invalidProof],
    ['proof-for-another-host', withProof({ claims: { htu: 'https://other.example/protected' } }), invalidProof],
    ['proof-for-another-token', withProof({ claims: { ath: 'a'.repeat(43) } }), invalidProof],
    ['proof-too-old', withProof({ claims: { iat: 1_700_000_000 } }), wrongTime],
    ['proof-too-new', withProof({ claims: { iat: 4_102_444_800 } }), wrongTime],
    ['proof-replayed', { ...withProof(), times: 2 }, invalidProof],
    ['proof-with-a-query-in-htu', withProof({ claims: { htu: `${publicUrl}:443/protected?a=b#c` } }), accepted],
    ['request-with-a-query', { path: '/protected?a=b', ...withProof() }, accepted],
  ]),
  ...cases('dpop', 'RFC 9449, section 4.3, item 9: the URI is not that of the sender', [
    ['forged', { headers: (context) => [...headersOf(withProof(), context), ...forged] }, accepted],
    [
      'forged-and-signed',
      { headers: (context) => [...headersOf(withProof(forgedHtu), context), ...forged] },
      invalidProof,
    ],
  ]),
  ...cases('dpop', 'RFC 9449, section 7.1: insufficient_scope', [
    ['scope-missing', withProofAt('/scoped-all'), onlyDpop(expected.scopeMissing('read:messages write:messages'))],
    ['claims', withProofAt('/claims'), onlyDpop(expected.claimsInsufficient)],
    [
      'scope-missing-to-a-bearer',
      { path: '/scoped-all', ...withHeaders((_token, _proof, context) => bearer(unbound(context))) },
      expected.scopeMissing('read:messages write:messages'),
    ],
  ]),
];

/** Tokens with the scheme DPoP, and their proofs: RFC 9449. */
export const proofCases: readonly ConformanceCase[] = [...credentials, ...proofs];
