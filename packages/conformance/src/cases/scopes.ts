import type { Answer } from '../answer.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import {
  accepted,
  anonymous,
  claimsInsufficient,
  expired,
  granted,
  invalid,
  scopeMissing,
} from '../expected-answers.ts';
import { signed, type TokenBuilder } from '../token-builder.ts';

type Row = readonly [id: string, spec: string, path: string, build: TokenBuilder, expected: Answer];

const needsOne = scopeMissing('read:messages');
const needsAll = scopeMissing('read:messages write:messages');
const needsAny = scopeMissing('read:messages admin:messages');
const scope = (value: unknown): TokenBuilder => signed({ scope: value });
const scp = (value: unknown): TokenBuilder => signed({ scope: undefined, scp: value });

const list = 'RFC 6749, section 3.3: delimited by spaces';
const claim = 'RFC 9068, section 2.2.3';
const refusal = 'RFC 6750, section 3.1: insufficient_scope';

const rows: readonly Row[] = [
  ['scope/the-one', claim, '/scoped', scope('read:messages'), granted],
  ['scope/one-of-many', list, '/scoped', scope('write:messages read:messages openid'), granted],
  ['scope/array', list, '/scoped', scope(['openid', 'read:messages']), granted],
  ['scope/scp-array', 'Okta and Entra: scp', '/scoped', scp(['openid', 'read:messages']), granted],
  ['scope/scp-string', 'Okta and Entra: scp', '/scoped', scp('openid read:messages'), granted],
  ['scope/missing', refusal, '/scoped', scope('openid'), needsOne],
  ['scope/none-at-all', refusal, '/scoped', scope(undefined), needsOne],
  ['scope/empty', refusal, '/scoped', scope(''), needsOne],
  ['scope/longer', `${list}, compared whole`, '/scoped', scope('read:messages-of-mine'), needsOne],
  ['scope/shorter', `${list}, compared whole`, '/scoped', scope('read:message'), needsOne],
  ['scope/in-other-case', 'RFC 6749, section 3.3: case-sensitive', '/scoped', scope('Read:Messages'), needsOne],
  ['scope/separated-by-commas', list, '/scoped', scope('openid,read:messages'), needsOne],
  ['scope/separated-by-line-ends', list, '/scoped', scope('openid\nread:messages'), needsOne],
  ['scope/joined-in-array', list, '/scoped', scp(['openid,read:messages']), needsOne],
  ['scope-all/both', claim, '/scoped-all', scope('write:messages read:messages'), granted],
  ['scope-all/first', refusal, '/scoped-all', scope('read:messages'), needsAll],
  ['scope-all/second', refusal, '/scoped-all', scope('write:messages'), needsAll],
  ['scope-any/first', claim, '/any-scoped', scope('read:messages'), granted],
  ['scope-any/second', claim, '/any-scoped', scope('admin:messages'), granted],
  ['scope-any/neither', refusal, '/any-scoped', scope('write:messages'), needsAny],
  ['claims/as-required', 'RFC 6750, section 3.1', '/claims', signed({ tenant: 'blue' }), granted],
  ['claims/otherwise', refusal, '/claims', signed({ tenant: 'green' }), claimsInsufficient],
  ['claims/absent', refusal, '/claims', signed(), claimsInsufficient],
  ['scope/of-an-expired-token', 'RFC 6750, section 3.1: invalid_token', '/scoped', signed({ exp: 1 }), expired],
  ['scope/of-a-refused-token', 'RFC 6750, section 3.1: invalid_token', '/scoped', signed({ aud: 'x' }), invalid],
  ['scope/in-the-result', list, '/protected', scope('a b  a c'), accepted({ scopes: ['a', 'b', 'c'] })],
];

/** Permissions of a token: RFC 6749, section 3.3, and RFC 6750, section 3.1. */
export const scopeCases: readonly ConformanceCase[] = [
  ...rows.map(
    ([id, spec, path, build, expected]): ConformanceCase => ({
      id,
      spec,
      path,
      headers: (context) => [['Authorization', `Bearer ${build(context)}`]],
      expected,
    }),
  ),
  { id: 'scope/no-credentials', spec: 'RFC 6750, section 3.1', path: '/scoped', expected: anonymous },
  { id: 'claims/no-credentials', spec: 'RFC 6750, section 3.1', path: '/claims', expected: anonymous },
];
