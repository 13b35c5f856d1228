import type { Answer } from '../answer.ts';
import type { Profile } from '../app.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import * as expected from '../expected-answers.ts';
import { type Forge, signed } from '../forge.ts';

const good = signed();
const late = signed({ exp: 1 });

type Row = readonly [name: string, path: string, credentials: string, answer: Answer];

/** `GOOD`, `LATE` and `ALIEN` stand for a good token, an expired one and one of another issuer. */
function cases(profile: Profile, spec: string, rows: readonly Row[]): ConformanceCase[] {
  const alien = signed({ iss: 'https://other.example' });
  const write = (forge: Forge, text: string): string =>
    text.replace('GOOD', good(forge)).replace('LATE', late(forge)).replace('ALIEN', alien(forge));
  return rows.map(([name, path, credentials, answer]) => ({
    id: `${profile}/${name}`,
    spec,
    profile,
    path,
    headers: (forge) => (credentials === '' ? [] : [['Authorization', write(forge, credentials)]]),
    expected: answer,
  }));
}

const optional: readonly ConformanceCase[] = [
  ...cases('optional', 'RFC 9110, section 11.2: credentials may be left out', [
    ['nothing', '/protected', '', expected.admittedAnonymous],
    ['basic', '/protected', 'Basic Y2xpZW50OnBhc3N3b3Jk', expected.admittedAnonymous],
    ['good', '/protected', 'Bearer GOOD', expected.admitted()],
  ]),
  {
    id: 'optional/empty',
    spec: 'RFC 9110, section 11.4',
    profile: 'optional',
    headers: [['Authorization', '']],
    expected: expected.admittedAnonymous,
  },
  ...cases('optional', 'RFC 6750, section 3.1: what was sent must be good', [
    ['expired', '/protected', 'Bearer LATE', expected.expired],
    ['refused', '/protected', 'Bearer ALIEN', expected.invalid],
    ['malformed', '/protected', 'Bearer', expected.malformed],
    ['repeated', '/protected', 'Bearer GOOD, Bearer GOOD', expected.repeated],
    ['nothing-at-a-scope-guard', '/scoped', '', expected.anonymous],
    ['nothing-at-an-any-scope-guard', '/any-scoped', '', expected.anonymous],
    ['nothing-at-a-claims-guard', '/claims', '', expected.anonymous],
    ['basic-at-a-scope-guard', '/scoped', 'Basic Y2xpZW50OnBhc3N3b3Jk', expected.anonymous],
    ['good-at-a-scope-guard', '/scoped', 'Bearer GOOD', expected.granted],
  ]),
];

const framework: readonly ConformanceCase[] = cases('framework', 'RFC 6750, section 3: the challenge is a MUST', [
  ['good', '/protected', 'Bearer GOOD', expected.admitted()],
  ['nothing', '/protected', '', expected.handled(expected.anonymous, 'ERR_CREDENTIALS_MISSING')],
  ['malformed', '/protected', 'Bearer', expected.handled(expected.malformed, 'ERR_CREDENTIALS_MALFORMED')],
  ['repeated', '/protected', 'Bearer a, Bearer b', expected.handled(expected.repeated, 'ERR_CREDENTIALS_REPEATED')],
  ['expired', '/protected', 'Bearer LATE', expected.handled(expected.expired, 'ERR_TOKEN_EXPIRED')],
  ['refused', '/protected', 'Bearer ALIEN', expected.handled(expected.invalid, 'ERR_ISSUER_UNKNOWN')],
  [
    'scope-missing',
    '/scoped-all',
    'Bearer GOOD',
    expected.handled(expected.scopeMissing('read:messages write:messages'), 'ERR_SCOPE_INSUFFICIENT'),
  ],
  ['claims', '/claims', 'Bearer GOOD', expected.handled(expected.claimsInsufficient, 'ERR_CLAIMS_INSUFFICIENT')],
]);

const outage: readonly ConformanceCase[] = [
  ...cases('issuer-down', 'RFC 9110, section 15.6.4: 503 and Retry-After, no challenge', [
    ['token', '/protected', 'Bearer GOOD', expected.unavailable],
    ['token-again', '/protected', 'Bearer GOOD', expected.unavailable],
    ['token-at-a-scope-guard', '/scoped', 'Bearer GOOD', expected.unavailable],
    ['expired', '/protected', 'Bearer LATE', expected.unavailable],
  ]),
  ...cases('issuer-down', 'RFC 6750, section 3.1: no key is needed to see that', [
    ['nothing', '/protected', '', expected.anonymous],
    ['malformed', '/protected', 'Bearer', expected.malformed],
    ['of-another-issuer', '/protected', 'Bearer ALIEN', expected.invalid],
    ['public-route', '/public', '', expected.open],
  ]),
  ...cases('issuer-down-framework', 'RFC 9110, section 15.6.4', [
    ['token', '/protected', 'Bearer GOOD', expected.handled(expected.unavailable, 'ERR_DISCOVERY_FAILED')],
  ]),
];

const rejecting: readonly ConformanceCase[] = cases('rejecting', 'RFC 6750, section 3.1: invalid_token', [
  ['good', '/protected', 'Bearer GOOD', expected.invalid],
  ['good-at-a-scope-guard', '/scoped', 'Bearer GOOD', expected.invalid],
  ['expired', '/protected', 'Bearer LATE', expected.expired],
]);

/** What options change about an answer. */
export const profileCases: readonly ConformanceCase[] = [...optional, ...framework, ...outage, ...rejecting];
