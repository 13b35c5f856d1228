import { expect, it } from 'vitest';
import type { Answer, Expectation, IssuerFetch } from '../src/demo-request.ts';
import { expired, granted, unauthorized, unavailable } from '../src/expectations.ts';
import { mismatchesOf } from '../src/mismatches.ts';

const success: Answer = {
  api: 'Express',
  requests: 1,
  status: 200,
  challenge: undefined,
  retryAfter: undefined,
  milliseconds: 1,
};
const unauthenticated: Answer = { ...success, status: 401, challenge: 'Bearer realm="api"' };
const withRetryAfter: Answer = { ...success, status: 503, retryAfter: '1' };

function describeMismatches(expected: Expectation, answer: Answer, fetches: readonly IssuerFetch[] = []): string {
  const request = { client: 'reader', path: '/', label: 'none', expected };
  return mismatchesOf({ request, answers: [answer], fetches }).join('; ');
}

it('an expected outcome has no mismatch', () => {
  expect(describeMismatches(granted(), success)).toBe('');
  expect(describeMismatches(unauthorized, unauthenticated)).toBe('');
  expect(describeMismatches(unavailable(['failed']), withRetryAfter, ['failed'])).toBe('');
});

it.each<[string, Expectation, Answer, IssuerFetch[], string]>([
  ['a different status', granted([], 201), success, [], 'Express answered 200 instead of 201'],
  ['a missing challenge', unauthorized, { ...unauthenticated, challenge: undefined }, [], 'no challenge instead of'],
  [
    'a different challenge',
    expired,
    unauthenticated,
    [],
    'instead of the challenge Bearer realm="api", error="invalid_token"',
  ],
  ['a missing Retry-After', unavailable([]), { ...withRetryAfter, retryAfter: undefined }, [], 'sent no Retry-After'],
  ['an unexpected Retry-After', granted(), { ...success, retryAfter: '1' }, [], 'sent a Retry-After'],
  ['an additional fetch', granted(['keys']), success, ['keys', 'keys'], 'the fetches were keys, keys instead of keys'],
  ['a missing fetch', granted(['keys']), success, [], 'the fetches were none instead of keys'],
])('%s is a mismatch', (_name, expected, answer, fetches, mismatch) => {
  expect(describeMismatches(expected, answer, fetches)).toContain(mismatch);
});
