import { expect, it } from 'vitest';
import { expired, granted, unauthorized, unavailable } from '../src/expectations.ts';
import { faultsOf } from '../src/faults.ts';
import type { Answer, Contact, Expectation } from '../src/question.ts';

const allowed: Answer = {
  api: 'Express',
  requests: 1,
  status: 200,
  challenge: undefined,
  retryAfter: undefined,
  milliseconds: 1,
};
const refused: Answer = { ...allowed, status: 401, challenge: 'Bearer realm="api"' };
const postponed: Answer = { ...allowed, status: 503, retryAfter: '1' };

function faults(expected: Expectation, answer: Answer, contacts: readonly Contact[] = []): string {
  const question = { who: 'reader', path: '/', label: 'none', expected };
  return faultsOf({ question, answers: [answer], contacts }).join('; ');
}

it('finds nothing where everything is as expected', () => {
  expect(faults(granted(), allowed)).toBe('');
  expect(faults(unauthorized, refused)).toBe('');
  expect(faults(unavailable(['no answer']), postponed, ['no answer'])).toBe('');
});

it.each<[string, Expectation, Answer, Contact[], string]>([
  ['another status', granted([], 201), allowed, [], 'Express answered 200 instead of 201'],
  ['a lost challenge', unauthorized, { ...refused, challenge: undefined }, [], 'no challenge instead of'],
  ['another challenge', expired, refused, [], 'instead of the challenge Bearer realm="api", error="invalid_token"'],
  ['a lost Retry-After', unavailable([]), { ...postponed, retryAfter: undefined }, [], 'sent no Retry-After'],
  ['a stray Retry-After', granted(), { ...allowed, retryAfter: '1' }, [], 'sent a Retry-After'],
  ['one fetch too many', granted(['keys']), allowed, ['keys', 'keys'], 'asked for keys, keys instead of keys'],
  ['a fetch too few', granted(['keys']), allowed, [], 'asked for nothing instead of keys'],
])('finds %s', (_name, expected, answer, contacts, fault) => {
  expect(faults(expected, answer, contacts)).toContain(fault);
});
