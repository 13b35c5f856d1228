import type { Answer } from '../answer.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { anonymous, expired, granted, handled, loginInsufficient, scopeMissing } from '../expected-answers.ts';
import { signed, type TokenBuilder } from '../token-builder.ts';

type Row = readonly [id: string, spec: string, path: string, build: TokenBuilder, expected: Answer];

const presented = 'RFC 9470, section 6';
const challenge = 'RFC 9470, section 3';

const acr = 'acr_values="mfa other"';
const age = 'max_age="300"';
const scopes = 'scope="read:messages write:messages"';

/** A token of a login some seconds ago, at the time of the request. */
function login(claims: Readonly<Record<string, unknown>>, secondsAgo = 0): TokenBuilder {
  return signed(() => ({ auth_time: Math.floor(Date.now() / 1000) - secondsAgo, ...claims }));
}

const neither = { acr: 'low', auth_time: 1_700_000_000 };
const both = 'read:messages write:messages';

const rows: readonly Row[] = [
  ['step-up/met', presented, '/login', login({ acr: 'mfa' }), granted],
  ['step-up/one-of-two', presented, '/login', login({ acr: 'other' }), granted],
  ['step-up/later-level', 'acrLevels', '/login', login({ acr: 'phr' }), granted],
  ['step-up/some-time-ago', presented, '/login', login({ acr: 'mfa' }, 200), granted],
  ['step-up/earlier-level', challenge, '/login', login({ acr: 'low' }), loginInsufficient(acr)],
  ['step-up/unknown-acr', challenge, '/login', login({ acr: 'unknown' }), loginInsufficient(acr)],
  ['step-up/acr-in-other-case', challenge, '/login', login({ acr: 'MFA' }), loginInsufficient(acr)],
  ['step-up/no-acr', presented, '/login', login({}), loginInsufficient(acr)],
  ['step-up/acr-in-a-list', presented, '/login', login({ acr: ['mfa'] }), loginInsufficient(acr)],
  ['step-up/old', challenge, '/login', login({ acr: 'mfa' }, 400), loginInsufficient(age)],
  ['step-up/in-the-future', challenge, '/login', login({ acr: 'mfa' }, -60), loginInsufficient(age)],
  ['step-up/no-auth-time', presented, '/login', signed({ acr: 'mfa' }), loginInsufficient(age)],
  ['step-up/auth-time-as-text', presented, '/login', login({ acr: 'mfa', auth_time: '1' }), loginInsufficient(age)],
  ['step-up/neither', challenge, '/login', signed(neither), loginInsufficient(`${acr}, ${age}`)],
  ['step-up/of-an-expired-token', 'RFC 6750, section 3.1', '/login', login({ acr: 'mfa', exp: 1 }), expired],
  ['step-up-scoped/met', presented, '/login-scoped', login({ acr: 'mfa', scope: both }), granted],
  [
    'step-up-scoped/no-login',
    challenge,
    '/login-scoped',
    signed({ ...neither, scope: both }),
    loginInsufficient(`${acr}, ${age}, ${scopes}`),
  ],
  [
    'step-up-scoped/no-login-and-no-scope',
    challenge,
    '/login-scoped',
    signed({ ...neither, scope: undefined }),
    loginInsufficient(`${acr}, ${age}, ${scopes}`),
  ],
  ['step-up-scoped/no-scope', 'RFC 6750, section 3.1', '/login-scoped', login({ acr: 'mfa' }), scopeMissing(both)],
];

/** The logins that a route requires: RFC 9470. */
export const stepUpCases: readonly ConformanceCase[] = [
  ...rows.map(
    ([id, spec, path, build, expected]): ConformanceCase => ({
      id,
      spec,
      path,
      headers: (context) => [['Authorization', `Bearer ${build(context)}`]],
      expected,
    }),
  ),
  { id: 'step-up/no-credentials', spec: 'RFC 6750, section 3.1', path: '/login', expected: anonymous },
  {
    id: 'step-up/no-credentials-optional',
    spec: 'RFC 6750, section 3.1',
    profile: 'optional',
    path: '/login',
    expected: anonymous,
  },
  {
    id: 'step-up/by-the-framework',
    spec: challenge,
    profile: 'framework',
    path: '/login',
    headers: (context) => [['Authorization', `Bearer ${signed(neither)(context)}`]],
    expected: handled(loginInsufficient(`${acr}, ${age}`), 'ERR_AUTHENTICATION_INSUFFICIENT'),
  },
];
