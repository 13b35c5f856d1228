import type { Answer } from '../answer.ts';
import type { Profile } from '../app.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { accepted, anonymous, claimsInsufficient, granted, handled, scopeMissing } from '../expected-answers.ts';
import { signed, type TokenBuilder } from '../token-builder.ts';

type Row = readonly [id: string, profile: Profile, path: string, build: TokenBuilder, expected: Answer];

const needsOne = scopeMissing('read:messages');
const needsAll = scopeMissing('read:messages write:messages');
const scope = (value: unknown, others: object = {}): TokenBuilder => signed({ scope: value, ...others });
const editor = { roles: ['editor'] };

const rows: readonly Row[] = [
  ['policy/met', 'default', '/policy', scope('read:messages', editor), granted],
  ['policy/scope-missing', 'default', '/policy', scope('openid', editor), needsOne],
  ['policy/role-missing', 'default', '/policy', scope('read:messages'), claimsInsufficient],
  ['policy/framework', 'framework', '/policy', scope('openid'), handled(needsOne, 'ERR_SCOPE_INSUFFICIENT')],
  ['hierarchy/implied', 'hierarchy', '/scoped', scope('write:messages'), granted],
  ['hierarchy/implied-by-implied', 'hierarchy', '/scoped', scope('admin:messages'), granted],
  ['hierarchy/all', 'hierarchy', '/scoped-all', scope('admin:messages'), granted],
  ['hierarchy/any', 'hierarchy', '/any-scoped', scope('write:messages'), granted],
  ['hierarchy/not-upwards', 'hierarchy', '/scoped-all', scope('read:messages'), needsAll],
  ['hierarchy/not-by-prefix', 'hierarchy', '/scoped', scope('write:messages-of-mine'), needsOne],
  [
    'hierarchy/no-role',
    'hierarchy',
    '/policy',
    scope('admin:messages', { roles: ['admin:messages'] }),
    claimsInsufficient,
  ],
  ['hierarchy/policy', 'hierarchy', '/policy', scope('admin:messages', editor), granted],
  [
    'hierarchy/in-the-result',
    'hierarchy',
    '/protected',
    scope('admin:messages'),
    accepted({ scopes: ['admin:messages'] }),
  ],
  ['hierarchy/without-the-option', 'default', '/scoped', scope('admin:messages'), needsOne],
];

const spec = 'RFC 6750, section 3.1: insufficient_scope';

/** Named policies, and scopes that imply others. */
export const policyCases: readonly ConformanceCase[] = [
  ...rows.map(
    ([id, profile, path, build, expected]): ConformanceCase => ({
      id,
      spec,
      profile,
      path,
      headers: (context) => [['Authorization', `Bearer ${build(context)}`]],
      expected,
    }),
  ),
  { id: 'policy/no-credentials', spec: 'RFC 6750, section 3.1', path: '/policy', expected: anonymous },
];
