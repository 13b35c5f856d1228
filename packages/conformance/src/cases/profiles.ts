import type { Answer } from '../answer.ts';
import type { Profile } from '../app.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import * as expected from '../expected-answers.ts';
import { type SigningContext, signed } from '../token-builder.ts';

const valid = signed();
const expired = signed({ exp: 1 });

/** A `Cache-Control` of an application that lets every cache store its responses. */
export const cacheable = 'public, max-age=600';

type Row = readonly [name: string, path: string, credentials: string, answer: Answer];

/** Returns cases; `VALID`, `EXPIRED` and `FOREIGN` are replaced by a valid token, an expired one and another issuer's. */
function cases(profile: Profile, spec: string, rows: readonly Row[]): ConformanceCase[] {
  const foreign = signed({ iss: 'https://other.example' });
  const write = (context: SigningContext, text: string): string =>
    text.replace('VALID', valid(context)).replace('EXPIRED', expired(context)).replace('FOREIGN', foreign(context));
  return rows.map(([name, path, credentials, answer]) => ({
    id: `${profile}/${name}`,
    spec,
    profile,
    path,
    headers: (context) => (credentials === '' ? [] : [['Authorization', write(context, credentials)]]),
    expected: answer,
  }));
}

const optional: readonly ConformanceCase[] = [
  ...cases('optional', 'RFC 9110, section 11.2: credentials may be absent', [
    ['nothing', '/protected', '', expected.acceptedAnonymous],
    ['basic', '/protected', 'Basic Y2xpZW50OnBhc3N3b3Jk', expected.acceptedAnonymous],
    ['good', '/protected', 'Bearer VALID', expected.accepted()],
  ]),
  {
    id: 'optional/empty',
    spec: 'RFC 9110, section 11.4',
    profile: 'optional',
    headers: [['Authorization', '']],
    expected: expected.acceptedAnonymous,
  },
  ...cases('optional', 'RFC 6750, section 3.1: credentials that are present must be valid', [
    ['expired', '/protected', 'Bearer EXPIRED', expected.expired],
    ['refused', '/protected', 'Bearer FOREIGN', expected.invalid],
    ['malformed', '/protected', 'Bearer', expected.malformed],
    ['repeated', '/protected', 'Bearer VALID, Bearer VALID', expected.repeated],
    ['nothing-at-a-scope-guard', '/scoped', '', expected.anonymous],
    ['nothing-at-an-any-scope-guard', '/any-scoped', '', expected.anonymous],
    ['nothing-at-a-claims-guard', '/claims', '', expected.anonymous],
    ['basic-at-a-scope-guard', '/scoped', 'Basic Y2xpZW50OnBhc3N3b3Jk', expected.anonymous],
    ['good-at-a-scope-guard', '/scoped', 'Bearer VALID', expected.granted],
  ]),
];

const framework: readonly ConformanceCase[] = cases('framework', 'RFC 6750, section 3: the challenge is a MUST', [
  ['good', '/protected', 'Bearer VALID', expected.accepted()],
  ['nothing', '/protected', '', expected.handled(expected.anonymous, 'ERR_CREDENTIALS_MISSING')],
  ['malformed', '/protected', 'Bearer', expected.handled(expected.malformed, 'ERR_CREDENTIALS_MALFORMED')],
  ['repeated', '/protected', 'Bearer a, Bearer b', expected.handled(expected.repeated, 'ERR_CREDENTIALS_REPEATED')],
  ['expired', '/protected', 'Bearer EXPIRED', expected.handled(expected.expired, 'ERR_TOKEN_EXPIRED')],
  ['refused', '/protected', 'Bearer FOREIGN', expected.handled(expected.invalid, 'ERR_ISSUER_UNKNOWN')],
  [
    'scope-missing',
    '/scoped-all',
    'Bearer VALID',
    expected.handled(expected.scopeMissing('read:messages write:messages'), 'ERR_SCOPE_INSUFFICIENT'),
  ],
  ['claims', '/claims', 'Bearer VALID', expected.handled(expected.claimsInsufficient, 'ERR_CLAIMS_INSUFFICIENT')],
]);

const outage: readonly ConformanceCase[] = [
  ...cases('issuer-down', 'RFC 9110, section 15.6.4: 503 and Retry-After, no challenge', [
    ['token', '/protected', 'Bearer VALID', expected.unavailable],
    ['token-again', '/protected', 'Bearer VALID', expected.unavailable],
    ['token-at-a-scope-guard', '/scoped', 'Bearer VALID', expected.unavailable],
    ['expired', '/protected', 'Bearer EXPIRED', expected.unavailable],
  ]),
  ...cases('issuer-down', 'RFC 6750, section 3.1: decided without a key', [
    ['nothing', '/protected', '', expected.anonymous],
    ['malformed', '/protected', 'Bearer', expected.malformed],
    ['of-another-issuer', '/protected', 'Bearer FOREIGN', expected.invalid],
    ['public-route', '/public', '', expected.open],
  ]),
  ...cases('issuer-down-framework', 'RFC 9110, section 15.6.4', [
    ['token', '/protected', 'Bearer VALID', expected.handled(expected.unavailable, 'ERR_DISCOVERY_FAILED')],
  ]),
];

const rejecting: readonly ConformanceCase[] = cases('rejecting', 'RFC 6750, section 3.1: invalid_token', [
  ['good', '/protected', 'Bearer VALID', expected.invalid],
  ['good-at-a-scope-guard', '/scoped', 'Bearer VALID', expected.invalid],
  ['expired', '/protected', 'Bearer EXPIRED', expected.expired],
]);

const cached: readonly ConformanceCase[] = [
  ...cases('cached', 'RFC 9111, section 5.2.2.5: no-store', [
    ['nothing', '/protected', '', expected.anonymous],
    ['malformed', '/protected', 'Bearer', expected.malformed],
    ['expired', '/protected', 'Bearer EXPIRED', expected.expired],
    ['scope-missing', '/scoped-all', 'Bearer VALID', expected.scopeMissing('read:messages write:messages')],
    ['claims', '/claims', 'Bearer VALID', expected.claimsInsufficient],
  ]),
  ...cases('cached', 'RFC 9111, section 5.2: the application decides', [
    ['good', '/scoped', 'Bearer VALID', { ...expected.granted, cacheControl: cacheable }],
    ['public-route', '/public', '', { ...expected.open, cacheControl: cacheable }],
  ]),
];

/** The effects of options on answers. */
export const profileCases: readonly ConformanceCase[] = [...cached, ...optional, ...framework, ...outage, ...rejecting];
