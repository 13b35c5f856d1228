import type { ConformanceCase } from '../conformance-case.ts';
import * as expected from '../expected-answers.ts';
import { nonceOf, publicUrl } from '../proof-builder.ts';
import { cacheable } from './profiles.ts';
import {
  accepted,
  bearer,
  cases,
  headersOf,
  invalidProof,
  nonceNeeded,
  onlyDpop,
  twoCredentials,
  unbound,
  withDpop,
  withHeaders,
  withoutBearer,
  withProof,
  withProofAt,
  wrongTime,
} from './proof-requests.ts';

const modes = [
  ...cases('dpop-require', 'RFC 9449, section 7.1: no Bearer challenge', [
    ['nothing', {}, onlyDpop(expected.anonymous)],
    ['bearer', withHeaders((_token, _proof, context) => bearer(unbound(context))), onlyDpop(expected.invalid)],
    ['bearer-bound', withHeaders((token) => bearer(token)), onlyDpop(expected.invalid)],
    [
      'repeated',
      withHeaders((token) => twoCredentials(`Bearer ${token}`, `DPoP ${token}`)),
      onlyDpop(expected.repeated),
    ],
    ['proof-absent', withHeaders((token) => [['Authorization', `DPoP ${token}`]]), withoutBearer(invalidProof)],
    ['good', withProof(), accepted],
    ['scope-missing', withProofAt('/scoped-all'), onlyDpop(expected.scopeMissing('read:messages write:messages'))],
  ]),
  ...cases('dpop-optional', 'RFC 9110, section 11.2: credentials that are present must be valid', [
    ['nothing', {}, expected.acceptedAnonymous],
    ['good', withProof(), accepted],
    ['proof-absent', withHeaders((token) => [['Authorization', `DPoP ${token}`]]), invalidProof],
    ['proof-without-token', withHeaders((_token, proof) => [['DPoP', proof]]), expected.acceptedAnonymous],
    ['nothing-at-a-scope-guard', { path: '/scoped' }, withDpop(expected.anonymous)],
  ]),
  ...cases('dpop-store-down', 'RFC 9110, section 15.6.4: 503 and Retry-After, no challenge', [
    ['good', withProof(), expected.unavailable],
    ['bearer', withHeaders((_token, _proof, context) => bearer(unbound(context))), expected.accepted()],
    ['proof-too-old', withProof({ claims: { iat: 1_700_000_000 } }), wrongTime],
  ]),
];

/** A proof with the nonce of a period, whose `iat` does not count. */
const withNonce = (periodsAgo: number, path = '/protected'): Partial<ConformanceCase> => ({
  path,
  headers: (context) => {
    const claims = { nonce: nonceOf(periodsAgo), iat: 1, htu: `${publicUrl}${path}` };
    return headersOf(withProof({ claims }), context);
  },
});

const renewed = { cacheControl: 'no-store', dpopNonce: 'a nonce' } as const;
const scopeMissing = onlyDpop(expected.scopeMissing('read:messages write:messages'));

const nonces = [
  ...cases('dpop-nonce', 'RFC 9449, sections 8 and 9', [
    ['nothing', {}, withDpop(expected.anonymous)],
    ['absent', withProof(), nonceNeeded],
    ['unknown', withProof({ claims: { nonce: 'another' } }), nonceNeeded],
    ['too-old', withNonce(3), nonceNeeded],
    ['current', withNonce(0), { ...accepted, cacheControl: cacheable }],
    ['of-the-last-period', withNonce(1), { ...accepted, ...renewed }],
    ['of-the-last-period-at-a-scope-guard', withNonce(1, '/scoped'), { ...expected.granted, ...renewed }],
    ['of-the-period-before-that', withNonce(2), { ...accepted, ...renewed }],
    ['of-the-next-period', withNonce(-1), { ...accepted, ...renewed }],
    ['replayed', { ...withNonce(0), times: 2 }, invalidProof],
    ['scope-missing', withNonce(0, '/scoped-all'), scopeMissing],
    ['scope-missing-of-the-last-period', withNonce(1, '/scoped-all'), { ...scopeMissing, dpopNonce: 'a nonce' }],
  ]),
  ...cases('dpop-framework', 'RFC 9449, sections 8 and 9', [
    ['nothing', {}, expected.handled(withDpop(expected.anonymous), 'ERR_CREDENTIALS_MISSING')],
    ['absent', withProof(), expected.handled(nonceNeeded, 'ERR_PROOF_NONCE')],
    ['current', withNonce(0), accepted],
    ['of-the-last-period', withNonce(1), { ...accepted, ...renewed }],
    [
      'proof-for-another-method',
      withProof({ claims: { htm: 'POST' } }),
      expected.handled(invalidProof, 'ERR_PROOF_CLAIM'),
    ],
    ['scope-missing', withNonce(0, '/scoped-all'), expected.handled(scopeMissing, 'ERR_SCOPE_INSUFFICIENT')],
    [
      'scope-missing-of-the-last-period',
      withNonce(1, '/scoped-all'),
      { ...expected.handled(scopeMissing, 'ERR_SCOPE_INSUFFICIENT'), dpopNonce: 'a nonce' },
    ],
  ]),
];

/** The modes and nonces of DPoP, and its replay store. */
export const proofModeCases: readonly ConformanceCase[] = [...modes, ...nonces];
