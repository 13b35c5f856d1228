import type { Answer, Expectation, IssuerFetch, Outcome } from './demo-request.ts';

/** Returns one line for each difference between an outcome and its expectation. */
export function mismatchesOf({ request: { expected }, answers, fetches }: Outcome): string[] {
  return [...answers.flatMap((answer) => answerMismatches(answer, expected)), ...fetchMismatches(fetches, expected)];
}

function answerMismatches(answer: Answer, { status, challenge, retryAfter = false }: Expectation): string[] {
  const { api } = answer;
  const mismatches: string[] = [];
  if (answer.status !== status) mismatches.push(`${api} answered ${answer.status} instead of ${status}`);
  if (answer.challenge !== challenge) {
    mismatches.push(`${api} sent ${describe(answer.challenge)} instead of ${describe(challenge)}`);
  }
  if ((answer.retryAfter !== undefined) !== retryAfter) {
    mismatches.push(`${api} sent ${retryAfter ? 'no' : 'a'} Retry-After`);
  }
  return mismatches;
}

function fetchMismatches(fetches: readonly IssuerFetch[], { fetches: expected = [] }: Expectation): string[] {
  if (fetches.join() === expected.join()) return [];
  const list = (kinds: readonly IssuerFetch[]): string => kinds.join(', ') || 'none';
  return [`the fetches were ${list(fetches)} instead of ${list(expected)}`];
}

function describe(challenge: string | undefined): string {
  return challenge === undefined ? 'no challenge' : `the challenge ${challenge}`;
}
